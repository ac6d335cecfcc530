import type { Remote } from './remote.ts';
import { readCommit, type Commit } from './commit.ts';
import { gitObject } from './git-object.ts';
import { inflate } from './inflate.ts';
import { headBytes, maxEntryHead, readEntry } from './pack-entry.ts';
import { downloadPack } from './upload-pack.ts';

/** Commits of ours are far smaller. */
const maxBytes = 64 * 1024;

/** The object at the beginning of a pack: a commit, something else (`other`), or not here yet (undefined). */
const firstCommit = (start: Buffer, oid: string): Commit | 'other' | undefined => {
  if (start.length < headBytes + maxEntryHead) return undefined;
  const entry = readEntry(start.subarray(headBytes));
  if (entry.type !== 'whole' || entry.of !== 'commit' || entry.size > maxBytes) return 'other';
  const inflated = inflate(start.subarray(headBytes + entry.length), entry.size);
  if (!inflated) return undefined;
  return gitObject('commit', inflated.content).oid === oid ? readCommit(inflated.content) : 'other';
};

/**
 * Reads one commit and nothing of what it holds: in a pack the commits come first, and what follows is not waited for. Undefined
 * when it cannot be told so, as with one that is larger than any of ours.
 */
export const readRemoteCommit = async (
  remote: Remote,
  capabilities: readonly string[],
  oid: string,
): Promise<Commit | undefined> => {
  const pack = await downloadPack(remote, capabilities, { oid, have: [], alone: true, commitOnly: true });
  let start: Buffer = Buffer.alloc(0);
  for await (const chunk of pack ?? []) {
    start = Buffer.concat([start, chunk]);
    const commit = firstCommit(start, oid);
    if (commit === 'other' || start.length > 2 * maxBytes) return undefined;
    if (commit !== undefined) return commit;
  }
  return undefined;
};
