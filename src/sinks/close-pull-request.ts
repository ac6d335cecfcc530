import type { ActionOf, Outcome } from '../model/action.ts';
import { cleanUp } from './clean-up.ts';
import { findPullRequest } from './find-pull-request.ts';
import { withForge, type PullRequestDeps } from './forge-access.ts';
import { remembered } from './remembered.ts';

/** Closes the promotion's pull request for a person, whether or not it was opened so far as we know, and cleans up; one that is merged stays so. */
export const closePullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion, comment }: ActionOf<'close-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async (access) => {
      const found = await findPullRequest(access.forge, promotion);
      const { branch } = found ?? promotion.text;
      const open = await access.forge.openOf(branch);
      for (const { number } of open) await access.forge.close(number, comment);
      const trouble = await cleanUp(deps, access, promotion, branch);
      const told = trouble === undefined ? {} : { trouble };
      if (found?.state === 'merged')
        return { type: 'pull-request-seen', promotion, pullRequest: { ...remembered(found), ...told }, opened: false };
      const there = found ?? open[0];
      const pullRequest = there && { ...remembered(there), state: 'closed' as const, ...told };
      return { type: 'promotion-closed', promotion, pullRequest };
    });
