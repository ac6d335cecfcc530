import { failureOf } from '../model/failure.ts';
import type { Promotion } from '../model/action.ts';
import type { ForgeAccess, PullRequestDeps } from './forge-access.ts';

/** Deletes a branch whose pull request has ended, if all on it is ours; resolves with why it could not be deleted. Never throws. */
export const cleanUp = async (
  { repositories }: Pick<PullRequestDeps, 'repositories'>,
  { git }: Pick<ForgeAccess, 'git'>,
  { strategy }: Pick<Promotion, 'strategy'>,
  branch: string,
): Promise<string | undefined> => {
  try {
    await repositories.removeBranch({ ...git, url: strategy.url, branch, base: strategy.baseBranch });
    return undefined;
  } catch (error) {
    return failureOf(error, `Deleting branch ${branch}`).message;
  }
};
