import type { ActionOf, Outcome, Promotion } from '../model/action.ts';
import { FailureError } from '../model/failure.ts';
import type { PullRequestStatus } from '../model/pipeline-status.ts';
import { withForge, type PullRequestDeps } from './forge-access.ts';
import { remembered } from './remembered.ts';

const notThere = ({ strategy, text }: Promotion, { url }: PullRequestStatus) =>
  new FailureError({
    remedy: 'wait',
    reason: 'PullRequestNotFound',
    message: `${strategy.url} has no pull request of branch ${text.branch} into ${strategy.baseBranch}; it was opened as ${url}`,
  });

/** Asks the forge what has become of the promotion's pull request. */
export const followPullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion, pullRequest }: ActionOf<'follow-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async ({ forge }) => {
      const { branch } = promotion.text;
      const read = await forge.read(pullRequest.number);
      // The strategy may name another repository since: a number alone is no identity.
      const seen = read.branch === branch ? read : await forge.find(branch, promotion.strategy.baseBranch);
      if (!seen) throw notThere(promotion, pullRequest);
      return { type: 'pull-request-seen', promotion, pullRequest: remembered(seen), opened: false };
    });
