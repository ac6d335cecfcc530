import type { ActionOf, Outcome } from '../model/action.ts';
import { cleanUp } from './clean-up.ts';
import { findPullRequest } from './find-pull-request.ts';
import { withForge, type ForgeAccess, type PullRequestDeps } from './forge-access.ts';
import { remembered } from './remembered.ts';

/** Closes one alone, and cleans up unless its branch is that of another one which is open. */
const closeOne = async (
  deps: PullRequestDeps,
  access: ForgeAccess,
  { promotion, comment }: ActionOf<'close-pull-request'>,
  number: number,
): Promise<Outcome> => {
  const { forge } = access;
  const there = await forge.read(number);
  if (there.state === 'open') await forge.close(number, comment);
  const others = await forge.openOf(there.branch);
  if (others.every((other) => other.number === number)) await cleanUp(deps, access, promotion, there.branch);
  return { type: 'promotion-closed', promotion, pullRequest: remembered(there) };
};

/** Closes the promotion's pull request for a person, whether or not it was opened so far as we know, and cleans up; one that is merged stays so. */
export const closePullRequest =
  (deps: PullRequestDeps) =>
  (action: ActionOf<'close-pull-request'>): Promise<Outcome> => {
    const { promotion, comment, only } = action;
    return withForge(deps, promotion, async (access) => {
      if (only !== undefined) return closeOne(deps, access, action, only);
      const found = await findPullRequest(access.forge, promotion);
      const { branch } = found ?? promotion.text;
      if (found?.state === 'merged')
        return { type: 'pull-request-seen', promotion, pullRequest: remembered(found), opened: false };
      const open = await access.forge.openOf(branch);
      for (const { number } of open) await access.forge.close(number, comment);
      const there = found ?? open[0];
      const trouble = await cleanUp(deps, access, promotion, branch);
      const pullRequest = there && {
        ...remembered(there),
        state: 'closed' as const,
        ...(trouble === undefined ? {} : { trouble }),
      };
      return { type: 'promotion-closed', promotion, pullRequest };
    });
  };
