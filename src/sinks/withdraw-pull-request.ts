import type { ActionOf, Outcome } from '../model/action.ts';
import { cleanUp } from './clean-up.ts';
import { withForge, type PullRequestDeps } from './forge-access.ts';

/** Closes one pull request alone, if it is open, and cleans up unless its branch is that of another one which is open. */
export const withdrawPullRequest =
  (deps: PullRequestDeps) =>
  ({ promotion, number, comment }: ActionOf<'withdraw-pull-request'>): Promise<Outcome> =>
    withForge(deps, promotion, async (access) => {
      const { forge } = access;
      const { state, branch, url } = await forge.read(number);
      if (state === 'open') await forge.close(number, comment);
      const others = await forge.openOf(branch);
      if (others.every((other) => other.number === number)) await cleanUp(deps, access, promotion, branch);
      return { type: 'pull-request-withdrawn', promotion, url };
    });
