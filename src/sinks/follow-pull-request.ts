import type { SeenPullRequest } from '../forge/forge.ts';
import type { ActionOf, Outcome, Promotion } from '../model/action.ts';
import { FailureError } from '../model/failure.ts';
import type { PullRequestStatus } from '../model/pipeline-status.ts';
import { cleanUp } from './clean-up.ts';
import { withForge, type ForgeAccess, type PullRequestDeps } from './forge-access.ts';
import { grantWishes } from './grant-wishes.ts';
import { placeOf } from './place-of.ts';
import type { FollowedPullRequest } from './pull-request-board.ts';
import { remake } from './remake.ts';
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
): Promise<FollowedPullRequest> => {
  const { branch } = promotion.text;
  const read = await board.read(placeOf(promotion), forge, pullRequest.number);
  if (read.branch === branch) return read;
  // The strategy may name another repository since: a number alone is no identity.
  const seen = await forge.find(branch, promotion.strategy.baseBranch);
  if (!seen) throw notThere(promotion, pullRequest);
  return { ...seen, conflicts: false };
};

const join = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined && text !== '').join('; ');

/** What a status keeps of what was seen, with what is not as it should be around it. */
const told = (
  seen: SeenPullRequest,
  { granted, trouble }: Pick<PullRequestStatus, 'granted' | 'trouble'>,
): PullRequestStatus => ({
  ...remembered(seen),
  ...(granted ? { granted } : {}),
  ...(trouble ? { trouble } : {}),
});

/** Of one that is open: its branch is made anew where it conflicts with the base, and what the strategy wishes is granted. */
const attendOpen = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  seen: FollowedPullRequest,
  before: PullRequestStatus,
): Promise<Outcome> => {
  const { strategy, revision } = promotion;
  const remade = seen.conflicts ? await remake(deps, access, promotion, seen) : undefined;
  if (remade?.type === 'needless') {
    await access.forge.close(seen.number, `${strategy.baseBranch} says ${revision} already.`);
    const trouble = await cleanUp(deps, access, promotion, seen.branch);
    const pullRequest = told({ ...seen, state: 'closed' }, { trouble });
    return { type: 'nothing-to-change', promotion, pullRequest };
  }
  const isNew = remade?.type === 'remade';
  const now = isNew ? { ...seen, head: remade.head } : seen;
  // A merge that was scheduled for a commit does not outlive it on every forge.
  const { autoMerge, ...names } = before.granted ?? {};
  const known = isNew || autoMerge === undefined ? names : { ...names, autoMerge };
  const { granted, trouble } = await grantWishes(access.forge, now, strategy, known);
  const all = join(remade?.type === 'as-it-was' ? remade.trouble : undefined, trouble);
  const pullRequest = told(now, { granted, trouble: all });
  return { type: 'pull-request-seen', promotion, pullRequest, opened: false };
};

/** Asks the forge what has become of the promotion's pull request, keeps it mergeable and as it is wished, and cleans up after a merge. */
export const followPullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion, pullRequest: before }: ActionOf<'follow-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async (access) => {
      const { baseBranch } = promotion.strategy;
      const seen = await look(deps, access, promotion, before);
      if (seen.base !== baseBranch && seen.state !== 'merged') {
        if (seen.state === 'open') {
          // A base that is renamed takes its pull requests along: then it is the strategy that is to be corrected.
          await access.forge.validate(baseBranch);
          await access.forge.close(
            seen.number,
            `Promotions are made into ${baseBranch} now: another pull request follows.`,
          );
        }
        return { type: 'pull-request-left', promotion };
      }
      if (seen.state === 'open') return attendOpen(deps, access, promotion, seen, before);
      const trouble = seen.state === 'merged' ? await cleanUp(deps, access, promotion, seen.branch) : undefined;
      return { type: 'pull-request-seen', promotion, pullRequest: told(seen, { trouble }), opened: false };
    });
