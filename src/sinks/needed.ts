import type { SeenPullRequest } from '../forge/forge.ts';
import type { Promotion } from '../model/action.ts';
import { failureOf } from '../model/failure.ts';
import type { ForgeAccess, PullRequestDeps } from './forge-access.ts';
import { changeOf } from './propose.ts';

/** Whether a pull request still has something to change. */
export type Needed =
  /** It has, or it is kept all the same: `trouble` says why, or why that cannot be told. */
  | { readonly type: 'as-it-was'; readonly trouble?: string }
  /** The base says the revision already, and all on its branch is ours. */
  | { readonly type: 'needless' };

/** What is said of a pull request that would be needless, were there no commit of a person on its branch. */
export const keptAlthough = ({ strategy, revision, text }: Promotion, number: number): Needed => ({
  type: 'as-it-was',
  trouble: `${strategy.baseBranch} says ${revision} already, and a commit on ${text.branch} is not ours, so that pull request ${number} is kept: merge or close it`,
});

/** Looks whether the base of a pull request has come to say its revision by another way; nothing is pushed. Never throws. */
export const needed = async (
  { repositories }: Pick<PullRequestDeps, 'repositories'>,
  access: Pick<ForgeAccess, 'git'>,
  promotion: Promotion,
  { number, base }: SeenPullRequest,
): Promise<Needed> => {
  try {
    const looked = await repositories.lookAt(changeOf(access, promotion));
    if (looked.type !== 'nothing-to-change') return { type: 'as-it-was' };
    return looked.isOurs ? { type: 'needless' } : keptAlthough(promotion, number);
  } catch (error) {
    const { message } = failureOf(error, `Looking at ${base}`);
    return {
      type: 'as-it-was',
      trouble: `whether ${base} says ${promotion.revision} already is not known: ${message}`,
    };
  }
};
