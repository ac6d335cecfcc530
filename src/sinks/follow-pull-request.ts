import type { SeenPullRequest } from '../forge/forge.ts';
import type { ActionOf, Outcome, Promotion } from '../model/action.ts';
import { FailureError } from '../model/failure.ts';
import type { PullRequestStatus } from '../model/pipeline-status.ts';
import { cleanUp } from './clean-up.ts';
import { withForge, type ForgeAccess, type PullRequestDeps } from './forge-access.ts';
import { grantWishes } from './grant-wishes.ts';
import { placeOf } from './place-of.ts';
import { remembered } from './remembered.ts';

const notThere = ({ strategy, text }: Promotion, { url }: PullRequestStatus) =>
  new FailureError({
    remedy: 'wait',
    reason: 'PullRequestNotFound',
    message: `${strategy.url} has no pull request of branch ${text.branch} into ${strategy.baseBranch}; it was opened as ${url}`,
  });

const look = async (
  { board }: PullRequestDeps,
  { forge }: ForgeAccess,
  promotion: Promotion,
  pullRequest: PullRequestStatus,
): Promise<SeenPullRequest> => {
  const { branch } = promotion.text;
  const read = await board.read(placeOf(promotion), forge, pullRequest.number);
  // The strategy may name another repository since: a number alone is no identity.
  const seen = read.branch === branch ? read : await forge.find(branch, promotion.strategy.baseBranch);
  if (!seen) throw notThere(promotion, pullRequest);
  return seen;
};

/** What the forge has not done yet for one that is open, or cannot be cleaned up after one that is merged. */
const attend = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  seen: SeenPullRequest,
  before: PullRequestStatus,
): Promise<Pick<PullRequestStatus, 'unmet' | 'trouble'>> => {
  switch (seen.state) {
    case 'open':
      return grantWishes(access.forge, seen, promotion.strategy, before.unmet ?? []);
    case 'merged': {
      const trouble = await cleanUp(deps, access, promotion, seen.branch);
      return trouble === undefined ? {} : { trouble };
    }
    case 'closed':
      return {};
  }
};

/** Asks the forge what has become of the promotion's pull request, grants what was not granted before, and cleans up after a merge. */
export const followPullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion, pullRequest }: ActionOf<'follow-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async (access) => {
      const { baseBranch } = promotion.strategy;
      const seen = await look(deps, access, promotion, pullRequest);
      if (seen.base !== baseBranch && seen.state !== 'merged') {
        if (seen.state === 'open')
          await access.forge.close(
            seen.number,
            `Promotions are made into ${baseBranch} now: another pull request follows.`,
          );
        return { type: 'pull-request-left', promotion };
      }
      const attended = await attend(deps, access, promotion, seen, pullRequest);
      return { type: 'pull-request-seen', promotion, pullRequest: { ...remembered(seen), ...attended }, opened: false };
    });
