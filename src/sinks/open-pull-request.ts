import type { SeenPullRequest } from '../forge/forge.ts';
import type { ProposedChange } from '../git/change.ts';
import type { ActionOf, Outcome, Promotion } from '../model/action.ts';
import { failureOf } from '../model/failure.ts';
import { cleanUp } from './clean-up.ts';
import { closeReplaced } from './close-replaced.ts';
import { findPullRequest } from './find-pull-request.ts';
import { withForge, type ForgeAccess, type PullRequestDeps } from './forge-access.ts';
import { grantWishes } from './grant-wishes.ts';
import { propose } from './propose.ts';
import { remembered } from './remembered.ts';
import { untouchedNote } from './untouched-note.ts';

interface Found {
  readonly pullRequest: SeenPullRequest;
  readonly opened: boolean;
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

const findOrOpen = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  promotion: Promotion,
): Promise<Found | undefined> => {
  const { strategy, text } = promotion;
  const adopt = async (what: Pick<Promotion, 'text' | 'strategy' | 'forgotten'>) => {
    const there = await findPullRequest(access.forge, what);
    return there && { pullRequest: there, opened: false };
  };
  // Asked before anything is pushed, and at once: what is there is adopted as it is, whatever the forge would refuse otherwise; and what
  // can be known of a refusal is no reason to leave a branch behind.
  const [there, valid] = await Promise.allSettled([adopt(promotion), access.forge.validate(strategy.baseBranch)]);
  if (there.status === 'rejected') throw there.reason;
  if (there.value) return there.value;
  if (valid.status === 'rejected') throw valid.reason;
  const proposed = await propose(deps, access, promotion);
  switch (proposed.type) {
    case 'nothing-to-change':
      // An earlier attempt may have come as far as the push, before somebody wrote the revision by hand.
      await cleanUp(deps, access, promotion, text.branch);
      return undefined;
    case 'pushed':
    case 'already-there': {
      // Asked again: another controller that believes it leads may have opened it since, and even have closed it.
      const theirs = await adopt({ text, strategy });
      // Then that one has cleaned up, and we have pushed the branch once more.
      if (theirs && theirs.pullRequest.state !== 'open') await cleanUp(deps, access, promotion, text.branch);
      return theirs ?? openPushed(deps, access, promotion, proposed);
    }
  }
};

/**
 * Sees to it that the promotion has its one pull request: finds it in whatever state, or pushes its branch and opens it; then
 * closes those that it replaces. A crash at any point is repaired by doing it again.
 */
export const openPullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion }: ActionOf<'open-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async (access) => {
      const seen = await findOrOpen(deps, access, promotion);
      const { revision, strategy } = promotion;
      const supersede = (why: string) => closeReplaced(deps, access, promotion, why);
      if (!seen) {
        await supersede(`Superseded: ${strategy.baseBranch} says ${revision} already.`);
        return { type: 'nothing-to-change', promotion };
      }
      const { opened, pullRequest } = seen;
      const left = await supersede(`Superseded by ${revision}: ${pullRequest.url}`);
      const { granted, trouble } =
        pullRequest.state === 'open' ? await grantWishes(access.forge, pullRequest, strategy) : {};
      const told = [trouble, ...left].filter((text) => text !== undefined).join('; ');
      return {
        type: 'pull-request-seen',
        promotion,
        pullRequest: {
          ...remembered(pullRequest),
          ...(granted ? { granted } : {}),
          ...(told === '' ? {} : { trouble: told }),
        },
        opened,
      };
    });
