import type { Forge, SeenPullRequest } from '../forge/forge.ts';
import type { LookedAt, ProposedChange } from '../git/change.ts';
import type { ActionOf, Outcome, Promotion } from '../model/action.ts';
import { FailureError, failureOf } from '../model/failure.ts';
import { cleanUp } from './clean-up.ts';
import { closeReplaced, openElsewhere, supersededBy, type Unclosed } from './close-replaced.ts';
import { findPullRequest } from './find-pull-request.ts';
import { withForge, type ForgeAccess, type PullRequestDeps } from './forge-access.ts';
import { grantWishes } from './grant-wishes.ts';
import { changeOf, propose } from './propose.ts';
import { remembered } from './remembered.ts';
import { untouchedNote } from './untouched-note.ts';

interface Found {
  readonly pullRequest: SeenPullRequest;
  readonly opened: boolean;
  /** Why its branch, which nothing needs any more, could not be deleted. */
  readonly trouble?: string | undefined;
}

/** Opens the pull request of the branch that was pushed. Where that is refused for good the branch goes too, since nothing would come of it. */
const openPushed = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  { untouched }: Pick<ProposedChange, 'untouched'>,
): Promise<Found> => {
  const { branch, title } = promotion.text;
  const body = promotion.text.body + untouchedNote(untouched);
  try {
    return await access.forge.open({ branch, base: promotion.strategy.baseBranch, title, body });
  } catch (error) {
    if (failureOf(error, branch).remedy === 'give-up') await cleanUp(deps, access, promotion, branch);
    throw error;
  }
};

/**
 * What the forge knows, asked at once and before anything is pushed: the promotion's pull request in whatever state, which is adopted as it
 * is, and those that are open from its branch into other bases. Throws what the forge would refuse where there is none to be adopted: what
 * can be known of that is no reason to leave a branch behind.
 */
const lookAround = async (forge: Forge, promotion: Promotion) => {
  const [there, valid, elsewhere] = await Promise.allSettled([
    findPullRequest(forge, promotion),
    forge.validate(promotion.strategy.baseBranch),
    openElsewhere(forge, promotion),
  ]);
  if (there.status === 'rejected') throw there.reason;
  if (!there.value && valid.status === 'rejected') throw valid.reason;
  if (elsewhere.status === 'rejected') throw elsewhere.reason;
  return { there: there.value, elsewhere: elsewhere.value };
};

/** Has the base brought here while the forge is asked. */
const lookAhead = ({ repositories }: PullRequestDeps, access: ForgeAccess, promotion: Promotion) =>
  repositories.lookAt(changeOf(access, promotion));

/**
 * Whether a pull request that was merged says nothing of the present: of a promotion that is remembered no more, and whose base says
 * something else by now. Looked at anew: it may have been merged since the first look.
 */
const isPast = async (
  { repositories }: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  { state }: SeenPullRequest,
): Promise<boolean> =>
  promotion.forgotten === true &&
  state === 'merged' &&
  (await repositories.lookAt(changeOf(access, promotion))).type === 'to-change';

/** One that is there already, as it is. Where it was merged before anybody has followed it, its branch goes here. */
const adopt = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  pullRequest: SeenPullRequest,
): Promise<Found> => {
  const isMerged = pullRequest.state === 'merged';
  const trouble = isMerged ? await cleanUp(deps, access, promotion, pullRequest.branch) : undefined;
  return { pullRequest, opened: false, trouble };
};

const proposeAndOpen = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
  looked: PromiseSettledResult<LookedAt>,
): Promise<Found | undefined> => {
  const { strategy, text } = promotion;
  const lookedAt = looked.status === 'fulfilled';
  // What cannot be done now is not done twice: it may be a download of a gigabyte that is refused.
  if (!lookedAt && failureOf(looked.reason, text.branch).remedy !== 'retry') throw looked.reason;
  const proposed = await propose(deps, access, promotion, { lookedAt });
  // Asked again: another controller that believes it leads may have opened it since, and it may even have ended.
  const theirs = await findPullRequest(access.forge, { text, strategy });
  if (!theirs && proposed.type !== 'nothing-to-change') return openPushed(deps, access, promotion, proposed);
  // Then that one has cleaned up, and we have pushed the branch once more; or an earlier attempt may have come as far as the push.
  const trouble = theirs?.state === 'open' ? undefined : await cleanUp(deps, access, promotion, text.branch);
  // One that was closed since may have been closed as needless.
  const isNeedless = proposed.type === 'nothing-to-change' && theirs?.state === 'closed';
  return theirs && !isNeedless ? { pullRequest: theirs, opened: false, trouble } : undefined;
};

/** Grants an open one what the strategy wishes, and tells of it with what could not be closed for its sake. */
const tellOf = async (
  { forge }: ForgeAccess,
  promotion: Promotion,
  { pullRequest, opened, trouble: left }: Found,
  unclosed: Unclosed,
): Promise<Outcome> => {
  const isOpen = pullRequest.state === 'open';
  const { failure } = unclosed;
  // One that is open is followed, and that tries it again; of one that has ended nothing does but this.
  if (!isOpen && failure && failure.remedy !== 'give-up') throw new FailureError(failure);
  const { granted, trouble } = isOpen ? await grantWishes(forge, pullRequest, promotion.strategy) : {};
  const told = [left, trouble, ...unclosed.trouble].filter((text) => text !== undefined).join('; ');
  return {
    type: 'pull-request-seen',
    promotion,
    pullRequest: {
      ...remembered(pullRequest),
      ...(granted ? { granted } : {}),
      ...(isOpen && failure ? { unclosed: true } : {}),
      ...(told === '' ? {} : { trouble: told }),
    },
    opened,
  };
};

/** Closes what is replaced by one of which nothing is followed: where that fails, only the whole is tried again. */
const closeOrFail = async (...replaced: Parameters<typeof closeReplaced>): Promise<void> => {
  const { failure } = await closeReplaced(...replaced);
  if (failure) throw new FailureError(failure);
};

/**
 * Sees to it that the promotion has its one pull request: finds it in whatever state, or pushes its branch and opens it; then
 * closes those that it replaces. A crash at any point is repaired by doing it again.
 */
export const openPullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion }: ActionOf<'open-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async (access) => {
      const { revision, from, strategy } = promotion;
      // Whatever the forge says, the look has ended too when this ends: nothing goes on in a slot that is given back.
      const [around, looked] = await Promise.allSettled([
        lookAround(access.forge, promotion),
        lookAhead(deps, access, promotion),
      ]);
      if (around.status === 'rejected') throw around.reason;
      const { there, elsewhere } = around.value;
      if (there && (await isPast(deps, access, promotion, there))) {
        const why = `Superseded: ${from} is back at ${revision}, which was promoted before: ${there.url}`;
        await closeOrFail(deps, access, promotion, elsewhere, why);
        return { type: 'promoted-before', promotion, pullRequest: remembered(there) };
      }
      const seen = there
        ? await adopt(deps, access, promotion, there)
        : await proposeAndOpen(deps, access, promotion, looked);
      if (!seen) {
        const why = `Superseded: ${strategy.baseBranch} says ${revision} already.`;
        await closeOrFail(deps, access, promotion, elsewhere, why);
        return { type: 'nothing-to-change', promotion };
      }
      const why = supersededBy(promotion, seen.pullRequest.url);
      return tellOf(access, promotion, seen, await closeReplaced(deps, access, promotion, elsewhere, why));
    });
