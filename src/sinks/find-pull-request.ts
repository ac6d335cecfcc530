import type { Forge, SeenPullRequest } from '../forge/forge.ts';
import type { Promotion } from '../model/action.ts';
import { retryBranch } from '../model/retry-branch.ts';

/** So many attempts in a row may have left no pull request before later ones are not looked for any more. */
const reach = 3;

/** No more attempts of one revision are looked for, whatever a forge says. */
const most = 60;

/**
 * The pull request of a promotion, in whatever state. Of one that nothing is remembered of, that of its newest attempt: a person may
 * have asked for it anew, and refused that, before the memory was lost.
 */
export const findPullRequest = async (
  { find }: Pick<Forge, 'find'>,
  { text: { branch }, strategy: { baseBranch }, forgotten = false }: Pick<Promotion, 'text' | 'strategy' | 'forgotten'>,
): Promise<SeenPullRequest | undefined> => {
  if (!forgotten) return find(branch, baseBranch);
  let newest: SeenPullRequest | undefined;
  for (let next = 0; next < most;) {
    const attempts = Array.from({ length: reach + 1 }, (_, index) => next + index);
    const found = await Promise.all(
      attempts.map((retry) => find(retry === 0 ? branch : retryBranch(branch, retry), baseBranch)),
    );
    const open = found.find((pull) => pull?.state === 'open');
    if (open) return open;
    const last = found.findLastIndex((pull) => pull !== undefined);
    if (last < 0) return newest;
    newest = found[last];
    next += last + 1;
  }
  return newest;
};
