import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { FailureError } from '../model/failure.ts';
import { discardClone, openClone } from './clone.ts';
import type { Fetch, GitCredentials } from './git-http.ts';
import type { MarkerIndex } from './edit-tree.ts';
import { oneAtATime } from './one-at-a-time.ts';
import {
  proposeChange,
  type ChangeRequest,
  type CommitAuthor,
  type ProposedChange,
  type Workplace,
} from './propose-change.ts';
import { removeBranch, type RemovedBranch } from './remove-branch.ts';
import { repositoryUrl } from './repository-url.ts';

/** Which repository, and how to be let in. */
export interface RepositoryAccess {
  readonly url: string;
  readonly credentials: GitCredentials;
  readonly fetch: Fetch;
}

export interface RepositoryChange extends ChangeRequest, RepositoryAccess {}

/** The config repositories, each with one clone that all Pipelines share. */
export interface Repositories {
  readonly proposeChange: (change: RepositoryChange) => Promise<ProposedChange>;
  /** Deletes a branch that was pushed for a change, unless a person's commit is on it. */
  readonly removeBranch: (
    branch: RepositoryAccess & { readonly branch: string; readonly base: string },
  ) => Promise<RemovedBranch>;
}

/** What is kept of a repository between two changes. */
const createEntry = (cacheDir: string, url: string) => ({
  gitdir: join(cacheDir, createHash('sha256').update(url).digest('hex').slice(0, 32)),
  queue: oneAtATime(),
  index: new Map() as MarkerIndex,
});

/** Keeps bare clones in `cacheDir`; one operation at a time in each, and a broken one is thrown away and made anew. */
export const createRepositories = ({
  cacheDir,
  clock,
  author = { name: 'Leafwatch', email: 'leafwatch@localhost' },
}: {
  cacheDir: string;
  clock: Pick<Clock, 'now'>;
  author?: CommitAuthor;
}): Repositories => {
  const entries = new Map<string, ReturnType<typeof createEntry>>();
  const work = async <T>(
    { url: address, credentials, fetch }: RepositoryAccess,
    use: (place: Workplace) => Promise<T>,
  ): Promise<T> => {
    const url = repositoryUrl(address);
    const entry = entries.get(url) ?? createEntry(cacheDir, url);
    entries.set(url, entry);
    const { gitdir, index } = entry;
    const attempt = async () =>
      use({ clone: await openClone(gitdir, { url, credentials, fetch }), index, author, now: clock.now() });
    return entry.queue(async () => {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof FailureError) throw error;
        // Not a refusal but a surprise: as a rule a clone that a crash left half written.
        await discardClone(gitdir);
        return attempt();
      }
    });
  };
  return {
    proposeChange: (change) => work(change, (place) => proposeChange(place, change)),
    removeBranch: (branch) => work(branch, (place) => removeBranch(place, branch)),
  };
};
