import { createForge } from '../forge/create-forge.ts';
import { createRepositories, type RepositoriesOptions } from '../git/repositories.ts';
import { closePullRequest } from './close-pull-request.ts';
import { followPullRequest } from './follow-pull-request.ts';
import type { PullRequestDeps } from './forge-access.ts';
import { openPullRequest } from './open-pull-request.ts';

/** The sinks of the pull-request strategy on the real forges, with their clones in `cacheDir`. */
export const createPullRequests = ({
  readSecret,
  clock,
  ...options
}: Pick<PullRequestDeps, 'readSecret' | 'clock'> & RepositoriesOptions) => {
  const deps: PullRequestDeps = {
    readSecret,
    clock,
    createForge,
    repositories: createRepositories({ ...options, clock }),
  };
  return { open: openPullRequest(deps), follow: followPullRequest(deps), close: closePullRequest(deps) };
};
