import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { batches } from './batches.ts';
import type { BranchRemoval, ChangeRequest, LookedAt, ProposedChange, RemovedBranch } from './change.ts';
import type { RunBatch } from './clones.ts';
import type { CommitAuthor } from './commit.ts';
import { folderOf } from './folder.ts';
import { httpRemote, type Fetch, type GitCredentials } from './git-http.ts';
import { repositoryUrl } from './repository-url.ts';
import { startWorker } from './start-worker.ts';

/** Which repository, and how it is reached. */
export interface RepositoryAccess {
  readonly url: string;
  readonly credentials: GitCredentials;
  readonly fetch: Fetch;
}

export type RepositoryChange = RepositoryAccess & ChangeRequest;

/** The config repositories, each with one clone that all Pipelines share; whoever is not let in by the server gets nothing of it. */
export interface Repositories {
  /** Pushes the branch of a change. It can be repeated: what an earlier run left is found, and made anew only when all of it is ours. */
  readonly proposeChange: (change: RepositoryChange) => Promise<ProposedChange>;
  /** What the base says of a change, of which nothing is pushed; to propose it at once is then a matter of the push. */
  readonly lookAt: (change: RepositoryChange) => Promise<LookedAt>;
  /** Deletes a branch that was pushed for a change, unless a person's commit is on it. */
  readonly removeBranch: (removal: RepositoryAccess & BranchRemoval) => Promise<RemovedBranch>;
}

const mebibyte = 1024 ** 2;

/** By far more than a repository of 30,000 files needs. */
const workerLimits = { heap: 256, patience: 10 * 60_000 };
const maxObjects = 2_000_000;

export interface RepositoriesOptions {
  readonly cacheDir: string;
  /** Bytes that all clones together may take; one pack may be as large. */
  readonly cacheBytes?: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly author?: CommitAuthor;
  readonly committer?: CommitAuthor;
  /** What does the work; a worker thread when absent. */
  readonly run?: RunBatch;
}

/** Keeps clones in `cacheDir`. One operation at a time in each: what is asked for meanwhile is done together by the next. */
export const createRepositories = ({
  cacheDir,
  cacheBytes = 1024 * mebibyte,
  clock,
  author = { name: 'Leafwatch', email: 'leafwatch@localhost' },
  committer = author,
  run = startWorker(workerLimits),
}: RepositoriesOptions): Repositories => {
  const limits = { packBytes: cacheBytes, objects: maxObjects };
  const add = batches(({ url, credentials, fetch }, tasks) => {
    const dir = join(cacheDir, createHash('sha256').update(url).digest('hex').slice(0, 32));
    const batch = { url, dir, tasks, author, committer, now: clock.now(), limits, cacheBytes };
    return run(batch, httpRemote({ url, credentials, fetch }));
  });
  const accessOf = ({ url, credentials, fetch }: RepositoryAccess) => ({ url: repositoryUrl(url), credentials, fetch });
  const about = (type: 'propose' | 'look', change: RepositoryChange) => {
    const { base, branch, path, marker, revision, message } = change;
    const { forwardOnly = false, lookedAt = false, anew = false } = change;
    // Refused before anything is asked.
    folderOf(path);
    return add(accessOf(change), { type, base, branch, path, marker, revision, message, forwardOnly, lookedAt, anew });
  };
  return {
    proposeChange: async (change) => {
      const result = await about('propose', change);
      if (typeof result === 'string' || result.type === 'to-change')
        throw new Error('a change was taken for something else');
      return result;
    },
    lookAt: async (change) => {
      const result = await about('look', change);
      if (typeof result === 'string' || result.type === 'pushed' || result.type === 'already-there')
        throw new Error('a look was taken for something else');
      return result;
    },
    removeBranch: async (removal) => {
      const { branch, base } = removal;
      const result = await add(accessOf(removal), { type: 'remove', branch, base });
      if (typeof result !== 'string') throw new Error('a removal was taken for a change');
      return result;
    },
  };
};
