import type { SeenPullRequest } from '../forge/forge.ts';
import type { PullRequestStatus } from '../model/pipeline-status.ts';

/** What a status keeps of a pull request that was seen. */
export const remembered = ({ url, number, branch, state, head }: SeenPullRequest): PullRequestStatus => ({
  url,
  number,
  branch,
  state,
  head,
});
