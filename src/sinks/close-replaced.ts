import type { Forge, SeenPullRequest } from '../forge/forge.ts';
import type { Promotion } from '../model/action.ts';
import { failureOf, type Failure } from '../model/failure.ts';
import { cleanUp } from './clean-up.ts';
import type { ForgeAccess, PullRequestDeps } from './forge-access.ts';

/** What could not be done of closing those that a promotion replaces. */
export interface Unclosed {
  /** Why, also where it is only a branch that is left. */
  readonly trouble: readonly string[];
  /** What has kept one from being closed. */
  readonly failure?: Failure;
}

/** What a pull request is told that closes for the sake of the one at `url`. */
export const supersededBy = ({ revision }: Pick<Promotion, 'revision'>, url: string): string =>
  `Superseded by ${revision}: ${url}`;

/** What is open of a promotion's own branch into other bases: it was opened when the strategy named one of them. */
export const openElsewhere = async (
  { openOf }: Pick<Forge, 'openOf'>,
  { text, strategy }: Pick<Promotion, 'text' | 'strategy'>,
): Promise<readonly SeenPullRequest[]> =>
  (await openOf(text.branch)).filter(({ base }) => base !== strategy.baseBranch);

/** Closes the pull requests that a promotion replaces, into whatever base they are, those `elsewhere` too, and cleans up after them. Never throws. */
export const closeReplaced = async (
  deps: Pick<PullRequestDeps, 'repositories'>,
  access: ForgeAccess,
  promotion: Promotion,
  elsewhere: readonly SeenPullRequest[],
  comment: string,
): Promise<Unclosed> => {
  const { forge } = access;
  const { supersedes, strategy, revision } = promotion;
  const trouble: string[] = [];
  try {
    for (const { number } of elsewhere)
      await forge.close(number, `Promotions are made into ${strategy.baseBranch} now: there is another pull request.`);
    for (const branch of supersedes) {
      for (const { number } of await forge.openOf(branch)) await forge.close(number, comment);
      // Also without a pull request: a crash may have come between the push and it.
      const left = await cleanUp(deps, access, promotion, branch);
      if (left !== undefined) trouble.push(left);
    }
  } catch (error) {
    const failure = failureOf(error, 'Closing what was superseded');
    return { trouble: [...trouble, `what ${revision} replaces is not closed yet: ${failure.message}`], failure };
  }
  return { trouble };
};
