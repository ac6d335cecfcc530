import type { Remote } from './remote.ts';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import type { Clone } from './clone.ts';
import { readPack } from './read-pack.ts';
import { savePack, type CloneLimits } from './save-pack.ts';
import { downloadPack } from './upload-pack.ts';

export interface FetchPlace {
  readonly remote: Remote;
  readonly capabilities: readonly string[];
  readonly clone: Clone;
  readonly limits: CloneLimits;
  /** Where a pack lies while it is read; the file is gone afterwards, also after a crash. */
  readonly packFile: string;
}

/** Takes a pack in; false when more objects are announced than are `welcome`. */
const takePack = async (
  { clone, limits, packFile }: FetchPlace,
  chunks: AsyncIterable<Buffer>,
  welcome = Infinity,
): Promise<boolean> => {
  const fd = openSync(packFile, 'w+');
  try {
    unlinkSync(packFile);
    const size = await savePack(chunks, fd, limits, welcome);
    if (size === undefined) return false;
    await readPack(fd, size, { object: clone.learn, largeFile: clone.learnLargeFile });
    return true;
  } finally {
    closeSync(fd);
  }
};

/** What has changed since the branch was fetched last; false when that is not known here, or is as much as a new clone. */
const takeChanges = async (place: FetchPlace, oid: string, from: string | undefined): Promise<boolean> => {
  if (from === undefined) return false;
  const want = { oid, have: [from], alone: false };
  const pack = await downloadPack(place.remote, place.capabilities, want);
  return pack !== undefined && takePack(place, pack, Math.max(1000, place.clone.size()));
};

/** Brings everything in the newest commit of a branch here, unless it is here already. */
export const fetchTip = async (place: FetchPlace, branch: string, oid: string): Promise<void> => {
  const { remote, capabilities, clone } = place;
  const known = clone.tips.get(branch);
  if (known === oid) return;
  if (!(await takeChanges(place, oid, known))) {
    const pack = await downloadPack(remote, capabilities, { oid, have: [], alone: true });
    if (pack) await takePack(place, pack);
  }
  clone.setTip(branch, oid);
};
