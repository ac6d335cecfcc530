import type { ActionOf, Outcome } from '../model/action.ts';
import { withForge, type PullRequestDeps } from './forge-access.ts';
import { remembered } from './remembered.ts';

/** Closes the promotion's pull request for a person, whether or not it was opened so far as we know; one that is merged stays so. */
export const closePullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion, comment }: ActionOf<'close-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async ({ forge }) => {
      const there = await forge.find(promotion.text.branch, promotion.strategy.baseBranch);
      if (there?.state === 'merged')
        return { type: 'pull-request-seen', promotion, pullRequest: remembered(there), opened: false };
      if (there?.state === 'open') await forge.close(there.number, comment);
      const pullRequest = there && { ...remembered(there), state: 'closed' as const };
      return { type: 'promotion-closed', promotion, pullRequest };
    });
