import fs from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { gitHttp, type Remote } from './git-http.ts';

/** A bare, shallow clone on disk: what isomorphic-git calls take first, and the remote it is a clone of. */
export interface Clone {
  readonly remote: Remote;
  readonly at: { readonly fs: typeof fs; readonly gitdir: string; readonly cache: object };
}

// isomorphic-git never packs anew; past this many, one new clone is cheaper than searching all of them.
const maxPacks = 50;

const packsIn = async (gitdir: string): Promise<number> => {
  const files = await readdir(join(gitdir, 'objects', 'pack')).catch(() => []);
  return files.filter((file) => file.endsWith('.pack')).length;
};

/** Removes a clone; the next `openClone` begins anew. */
export const discardClone = (gitdir: string): Promise<void> => rm(gitdir, { recursive: true, force: true });

/** The clone in `gitdir`, empty where there was none. */
export const openClone = async (gitdir: string, remote: Remote): Promise<Clone> => {
  if ((await packsIn(gitdir)) > maxPacks) await discardClone(gitdir);
  const at = { fs, gitdir, cache: {} };
  await git.init({ fs, gitdir, bare: true });
  await git.addRemote({ fs, gitdir, remote: 'origin', url: remote.url, force: true });
  return { remote, at };
};

const resolve = async ({ at }: Clone, ref: string): Promise<string | undefined> => {
  try {
    return await git.resolveRef({ ...at, ref });
  } catch (error) {
    if (error instanceof git.Errors.NotFoundError) return undefined;
    throw error;
  }
};

const fetchRef = async (clone: Clone, ref: string, depth?: number): Promise<string> => {
  const { fetchHead } = await git.fetch({
    ...clone.at,
    http: gitHttp(clone.remote),
    remote: 'origin',
    ref,
    remoteRef: ref,
    singleBranch: true,
    tags: false,
    ...(depth !== undefined && { depth }),
  });
  if (fetchHead === null) throw new Error(`${clone.remote.url} lost ${ref} while it was fetched`);
  return fetchHead;
};

/**
 * Brings the newest commit of a branch here, unless it is (`tip`) here already. What is fetched is told from the local ref
 * of the same name, so that ref follows each fetch; a depth would fetch the whole tree again.
 */
export const fetchBranch = async (clone: Clone, branch: string, tip: string): Promise<string> => {
  const ref = `refs/heads/${branch}`;
  const known = await resolve(clone, ref);
  if (known === tip) return known;
  const fetched = await fetchRef(clone, ref, known === undefined ? 1 : undefined);
  await git.writeRef({ ...clone.at, ref, value: fetched, force: true });
  return fetched;
};

/** Brings the one commit at a branch's tip here, without its history, and keeps no ref to it; `base` says what is here already. */
export const fetchTip = async (clone: Clone, branch: string, base: string): Promise<string> => {
  const ref = `refs/heads/${branch}`;
  await git.writeRef({ ...clone.at, ref, value: base, force: true });
  try {
    return await fetchRef(clone, ref, 1);
  } finally {
    await git.deleteRef({ ...clone.at, ref });
  }
};
