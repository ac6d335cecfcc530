import type { ActionOf, Outcome } from '../model/action.ts';
import { withForge, type PullRequestDeps } from './forge-access.ts';

/** Asks the forge what has become of the promotion's pull request. */
export const followPullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion, pullRequest }: ActionOf<'follow-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async ({ forge }) => ({
      type: 'pull-request-seen',
      promotion,
      pullRequest: await forge.read(pullRequest.number),
      opened: false,
    }));
