import type { ActionOf, Outcome } from '../model/action.ts';
import { withForge, type PullRequestDeps } from './forge-access.ts';

/** Writes the commit status `leafwatch/<environment>`: a branch rule that requires it makes the gates hold until the merge. */
export const setCheck =
  (deps: PullRequestDeps) =>
  ({ promotion, head, check }: ActionOf<'set-check'>): Promise<Outcome> =>
    withForge(deps, promotion, async ({ forge }) => {
      const { state, description } = check;
      await forge.setCheck(head, { context: `leafwatch/${promotion.environment}`, state, description });
      return { type: 'check-set', promotion, head, check };
    });
