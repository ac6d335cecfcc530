import type { PromotionSpec, PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { PromotionRecord, PullRequestPlace } from '../model/pipeline-status.ts';

/** What is remembered of a strategy, so that its pull request can be closed when the spec does not name its repository any more. */
export const placeOf = ({ type, url, baseBranch, secretRef }: PullRequestStrategy): PullRequestPlace => ({
  type,
  url,
  baseBranch,
  secretRef,
});

/** The record of a promotion with where its pull request is made, to be written before that is done. */
export const placed = (record: PromotionRecord, { strategy }: PromotionSpec): PromotionRecord => {
  const into = strategy?.['pull-request'];
  return into ? { ...record, place: placeOf(into) } : record;
};

/** A repository, however its address is spelt: another place for the same one would be asked to close what is to stay open. */
const repositoryAt = (url: string): string => url.toLowerCase().replace(/(?:\.git)?\/*$/, '');

/** Where the pull request of a promotion is, or may be, if the spec names that repository no more. */
export const placeLeft = ({ place }: PromotionRecord, { strategy }: PromotionSpec): PullRequestPlace | undefined => {
  const now = strategy?.['pull-request'];
  return place && now && repositoryAt(now.url) === repositoryAt(place.url) ? undefined : place;
};
