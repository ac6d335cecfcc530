import type { SeenPullRequest } from '../forge/forge.ts';
import type { Promotion } from '../model/action.ts';
import { failureOf } from '../model/failure.ts';
import type { ForgeAccess, PullRequestDeps } from './forge-access.ts';
import { keptAlthough, type Needed } from './needed.ts';
import { propose } from './propose.ts';

/** Makes the branch of a pull request that conflicts with its base anew on the base's tip, as long as all on it is ours. Never throws. */
export const remake = async (
  deps: Pick<PullRequestDeps, 'repositories'>,
  access: Pick<ForgeAccess, 'git'>,
  promotion: Promotion,
  { number, base, branch }: SeenPullRequest,
): Promise<Needed | { readonly type: 'remade'; readonly head: string }> => {
  const conflict = `pull request ${number} conflicts with ${base}`;
  try {
    const forwardOnly = promotion.allowDowngrade !== true;
    const proposed = await propose(deps, access, promotion, { forwardOnly, anew: true });
    switch (proposed.type) {
      case 'pushed':
        return { type: 'remade', head: proposed.head };
      case 'nothing-to-change':
        return proposed.isOurs ? { type: 'needless' } : keptAlthough(promotion, number);
      case 'already-there':
        return proposed.isOurs
          ? { type: 'as-it-was' }
          : {
              type: 'as-it-was',
              trouble: `${conflict}, and a commit on ${branch} is not ours, so that it is kept: merge ${base} into it`,
            };
    }
  } catch (error) {
    return { type: 'as-it-was', trouble: `${conflict}: ${failureOf(error, `Making ${branch} anew`).message}` };
  }
};
