import git from 'isomorphic-git';
import { fetchBranch, fetchTip } from './clone.ts';
import { isOurs, type Workplace } from './propose-change.ts';
import { deleteBranch, listBranches } from './push.ts';

/** What became of a branch: a person's commit keeps it. */
export type RemovedBranch = 'removed' | 'gone' | 'kept';

/** Deletes a branch whose tip is a commit of ours, if it is still there when it is deleted; our branches hold no more than one commit. */
export const removeBranch = async (
  { clone, author }: Pick<Workplace, 'clone' | 'author'>,
  { branch, base }: { readonly branch: string; readonly base: string },
): Promise<RemovedBranch> => {
  const { branches, capabilities } = await listBranches(clone.remote);
  const [tip, baseTip] = [branches.get(branch), branches.get(base)];
  if (tip === undefined) return 'gone';
  if (baseTip === undefined || branch === base) return 'kept';
  const oid = await fetchTip(clone, branch, await fetchBranch(clone, base, baseTip));
  const { commit } = await git.readCommit({ ...clone.at, oid });
  if (!isOurs(commit, author)) return 'kept';
  await deleteBranch(clone.remote, capabilities, { branch, from: oid });
  return 'removed';
};
