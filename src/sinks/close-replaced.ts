import type { SeenPullRequest } from '../forge/forge.ts';
import type { Promotion } from '../model/action.ts';
import { cleanUp } from './clean-up.ts';
import type { ForgeAccess, PullRequestDeps } from './forge-access.ts';

/** What a pull request is told that closes for the sake of the one at `url`. */
export const supersededBy = ({ revision }: Pick<Promotion, 'revision'>, url: string): string =>
  `Superseded by ${revision}: ${url}`;

/**
 * Closes the pull requests that a promotion replaces, into whatever base they are, and cleans up after them; also those `elsewhere`, of
 * its own branch, that were opened when the strategy named another base. Resolves with what could not be cleaned up.
 */
export const closeReplaced = async (
  deps: Pick<PullRequestDeps, 'repositories'>,
  access: ForgeAccess,
  promotion: Promotion,
  elsewhere: readonly SeenPullRequest[],
  comment: string,
): Promise<readonly string[]> => {
  const { forge } = access;
  const { supersedes, strategy } = promotion;
  const trouble: string[] = [];
  for (const { number } of elsewhere)
    await forge.close(number, `Promotions are made into ${strategy.baseBranch} now: there is another pull request.`);
  for (const branch of supersedes) {
    for (const { number } of await forge.openOf(branch)) await forge.close(number, comment);
    // Also without a pull request: a crash may have come between the push and it.
    const left = await cleanUp(deps, access, promotion, branch);
    if (left !== undefined) trouble.push(left);
  }
  return trouble;
};
