import type { PromotionSpec, PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { PromotionRecord, PullRequestRepository } from '../model/pipeline-status.ts';

/** What is remembered of a strategy, so that its pull request can be closed when the spec does not name its repository any more. */
export const repositoryOf = ({ type, url, baseBranch, secretRef }: PullRequestStrategy): PullRequestRepository => ({
  type,
  url,
  baseBranch,
  secretRef,
});

/** The record of a promotion with the repository in which its pull request is made, to be written before that is done. */
export const withRepository = (record: PromotionRecord, { strategy }: PromotionSpec): PromotionRecord => {
  const into = strategy?.['pull-request'];
  return into ? { ...record, repository: repositoryOf(into) } : record;
};

/** A repository, however its address is spelt: one that is taken for another would be asked to close what is to stay open. */
const repositoryAt = (url: string): string => url.toLowerCase().replace(/(?:\.git)?\/*$/, '');

/** The repository in which the pull request of a promotion is, or may be, if the spec names that no more. */
export const repositoryLeft = (
  { repository }: PromotionRecord,
  { strategy }: PromotionSpec,
): PullRequestRepository | undefined => {
  const now = strategy?.['pull-request'];
  return repository && now && repositoryAt(now.url) === repositoryAt(repository.url) ? undefined : repository;
};
