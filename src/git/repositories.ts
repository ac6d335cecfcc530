import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { FailureError } from '../model/failure.ts';
import { discardClone, openClone } from './clone.ts';
import type { Fetch, GitCredentials } from './git-http.ts';
import type { MarkerIndex } from './edit-tree.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { proposeChange, type ChangeRequest, type CommitAuthor, type ProposedChange } from './propose-change.ts';
import { repositoryUrl } from './repository-url.ts';

export interface RepositoryChange extends ChangeRequest {
  readonly url: string;
  readonly credentials: GitCredentials;
  readonly fetch: Fetch;
}

/** The config repositories, each with one clone that all Pipelines share. */
export interface Repositories {
  readonly proposeChange: (change: RepositoryChange) => Promise<ProposedChange>;
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
  return {
    proposeChange: async (change) => {
      const url = repositoryUrl(change.url);
      const entry = entries.get(url) ?? createEntry(cacheDir, url);
      entries.set(url, entry);
      const { gitdir, index } = entry;
      const remote = { url, credentials: change.credentials, fetch: change.fetch };
      const attempt = async () =>
        proposeChange({ clone: await openClone(gitdir, remote), index, author, now: clock.now() }, change);
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
    },
  };
};
