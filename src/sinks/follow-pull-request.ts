import type { SeenPullRequest } from '../forge/forge.ts';
import type { ActionOf, Outcome, Promotion } from '../model/action.ts';
import { FailureError } from '../model/failure.ts';
import type { PullRequestStatus } from '../model/pipeline-status.ts';
import { boardKey } from './board-key.ts';
import { cleanUp } from './clean-up.ts';
import { closeReplaced, openElsewhere, supersededBy, type Unclosed } from './close-replaced.ts';
import { withForge, type ForgeAccess, type PullRequestDeps } from './forge-access.ts';
import { grantWishes } from './grant-wishes.ts';
import type { FollowedPullRequest } from './pull-request-board.ts';
import { needed, type Needed } from './needed.ts';
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
  const read = await board.read(boardKey(promotion), forge, pullRequest.number);
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
  { granted, unclosed, trouble }: Pick<PullRequestStatus, 'granted' | 'unclosed' | 'trouble'>,
): PullRequestStatus => ({
  ...remembered(seen),
  ...(granted ? { granted } : {}),
  ...(unclosed ? { unclosed } : {}),
  ...(trouble ? { trouble } : {}),
});

/** Closes those that the promotion replaced once more: one that was opened too late, by a controller that has ended since, is nobody else's. */
const closeReplacedAgain = (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  { url }: SeenPullRequest,
  elsewhere: readonly SeenPullRequest[] = [],
) => closeReplaced(deps, access, promotion, elsewhere, supersededBy(promotion, url));

/** Of one that has ended: it was merged, or its base says the revision by another way, or it was refused by a person. */
const attendEnded = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  seen: SeenPullRequest,
): Promise<Outcome> => {
  // A crash may have come after it was closed as needless.
  const isNeedless = seen.state === 'closed' && (await needed(deps, access, promotion, seen)).type === 'needless';
  const isOver = isNeedless || seen.state === 'merged';
  const trouble = isOver ? await cleanUp(deps, access, promotion, seen.branch) : undefined;
  const left = isOver ? await closeReplacedAgain(deps, access, promotion, seen) : { trouble: [] };
  const pullRequest = told(seen, { trouble: join(trouble, ...left.trouble) });
  return isNeedless
    ? { type: 'nothing-to-change', promotion, pullRequest }
    : { type: 'pull-request-seen', promotion, pullRequest, opened: false };
};

/** Closes one whose base says the revision already, unless it has ended since it was last listed. */
const endNeedless = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  { number }: SeenPullRequest,
): Promise<Outcome> => {
  const { forge } = access;
  const now = await forge.read(number);
  if (now.state !== 'open') return attendEnded(deps, access, promotion, now);
  await forge.close(number, `${promotion.strategy.baseBranch} says ${promotion.revision} already.`);
  const trouble = await cleanUp(deps, access, promotion, now.branch);
  const left = await closeReplacedAgain(deps, access, promotion, now);
  const pullRequest = told({ ...now, state: 'closed' }, { trouble: join(trouble, ...left.trouble) });
  return { type: 'nothing-to-change', promotion, pullRequest };
};

/** Nothing is asked of git about one of which there is no sign. */
const asItIs = (): Promise<Needed> => Promise.resolve({ type: 'as-it-was' });

/** Tries again what could not be closed when it was opened. */
const closeUnclosed = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  { promotion, pullRequest: { unclosed } }: ActionOf<'follow-pull-request'>,
  seen: SeenPullRequest,
): Promise<Unclosed> =>
  unclosed === true
    ? closeReplacedAgain(deps, access, promotion, seen, await openElsewhere(access.forge, promotion))
    : { trouble: [] };

/** Of one that is open: it is closed where it is not needed any more, made anew where it conflicts with the base, and granted what the strategy wishes. */
const attendOpen = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  action: ActionOf<'follow-pull-request'>,
  seen: FollowedPullRequest,
): Promise<Outcome> => {
  const { promotion, pullRequest: before, arrived } = action;
  const toBeDone = seen.conflicts ? remake : arrived ? needed : asItIs;
  const remade = await toBeDone(deps, access, promotion, seen);
  if (remade.type === 'needless') return endNeedless(deps, access, promotion, seen);
  const isNew = remade.type === 'remade';
  const now = isNew ? { ...seen, head: remade.head } : seen;
  // A merge that was scheduled for a commit does not outlive it on every forge.
  const { autoMerge, ...names } = before.granted ?? {};
  const known = isNew || autoMerge === undefined ? names : { ...names, autoMerge };
  const { granted, trouble } = await grantWishes(access.forge, now, promotion.strategy, known);
  const left = await closeUnclosed(deps, access, action, seen);
  const all = join(remade.type === 'as-it-was' ? remade.trouble : undefined, trouble, ...left.trouble);
  const pullRequest = told(now, { granted, unclosed: left.failure !== undefined, trouble: all });
  return { type: 'pull-request-seen', promotion, pullRequest, opened: false };
};

/** Asks the forge what has become of the promotion's pull request, keeps it mergeable and as it is wished, and cleans up after a merge. */
export const followPullRequest =
  (deps: PullRequestDeps) =>
  (action: ActionOf<'follow-pull-request'>): Promise<Outcome> => {
    const { promotion, pullRequest: before } = action;
    return withForge(deps, promotion, async (access) => {
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
      return seen.state === 'open'
        ? attendOpen(deps, access, action, seen)
        : attendEnded(deps, access, promotion, seen);
    });
  };
