import type { Forge, SeenPullRequest } from '../forge/forge.ts';
import { failureOf } from '../model/failure.ts';
import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { PullRequestStatus, Wish } from '../model/pipeline-status.ts';

const grant = async (
  forge: Forge,
  pull: SeenPullRequest,
  { labels, reviewers, autoMerge }: PullRequestStrategy,
  wish: Wish,
): Promise<void> => {
  switch (wish) {
    case 'labels':
      return labels && forge.addLabels?.(pull.number, labels);
    case 'reviewers':
      return reviewers && forge.requestReviews?.(pull.number, reviewers);
    case 'autoMerge':
      return autoMerge && forge.autoMerge?.(pull, autoMerge);
  }
};

/** Grants what can be granted of the wishes for an open pull request, one after the other; the rest is to be tried again. Never throws. */
export const grantWishes = async (
  forge: Forge,
  pull: SeenPullRequest,
  strategy: PullRequestStrategy,
  wishes: readonly Wish[],
): Promise<Pick<PullRequestStatus, 'unmet' | 'trouble'>> => {
  const unmet: Wish[] = [];
  const trouble: string[] = [];
  for (const wish of wishes) {
    try {
      await grant(forge, pull, strategy, wish);
    } catch (error) {
      unmet.push(wish);
      trouble.push(failureOf(error, wish).message);
    }
  }
  return unmet.length > 0 ? { unmet, trouble: trouble.join('; ') } : {};
};
