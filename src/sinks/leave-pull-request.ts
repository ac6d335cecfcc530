import type { ActionOf, Outcome } from '../model/action.ts';
import { FailureError, failureOf } from '../model/failure.ts';
import { cleanUp } from './clean-up.ts';
import { findPullRequest } from './find-pull-request.ts';
import { withForge, type PullRequestDeps } from './forge-access.ts';
import { remembered } from './remembered.ts';

/**
 * Closes what is open of a promotion, and of those that it replaces, in a repository that is left, and cleans up; one that is merged stays so.
 * A crash at any point is repaired by doing it again.
 */
export const leavePullRequest =
  (deps: PullRequestDeps) =>
  async ({ promotion, comment }: ActionOf<'leave-pull-request'>): Promise<Outcome> => {
    const { text, supersedes, strategy } = promotion;
    const leave = withForge(deps, promotion, async (access): Promise<Outcome> => {
      const { forge } = access;
      const found = await findPullRequest(forge, promotion);
      const { branch: own } = found ?? text;
      const troubles: string[] = [];
      for (const branch of [own, ...supersedes]) {
        for (const { number } of await forge.openOf(branch)) await forge.close(number, comment);
        const trouble = await cleanUp(deps, access, promotion, branch);
        if (trouble !== undefined) troubles.push(trouble);
      }
      const told = troubles.length > 0 ? { trouble: troubles.join('; ') } : {};
      return found?.state === 'merged'
        ? { type: 'pull-request-seen', promotion, pullRequest: { ...remembered(found), ...told }, opened: false }
        : { type: 'pull-request-left', promotion, ...told };
    });
    return leave.catch((error: unknown) => {
      const failure = failureOf(error, `Leaving ${strategy.url}`);
      const message = `What may be open of ${text.branch} in ${strategy.url} is not closed: ${failure.message}`;
      throw new FailureError({ ...failure, message });
    });
  };
