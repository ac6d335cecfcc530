import { isDeepStrictEqual } from 'node:util';
import type { Outcome, Promotion, PromotionIdentity } from '../model/action.ts';
import type { PromotionRecord } from '../model/pipeline-status.ts';
import { retryOf } from '../model/retry-branch.ts';
import { repositoryOf } from './repository.ts';

/** Of an earlier attempt of the same revision, or a later one. */
const isOfAnotherAttempt = (promotion: PromotionIdentity | Promotion, { retry }: PromotionRecord): boolean =>
  'text' in promotion && retryOf(promotion.text.branch) !== retry;

/** Of another pull request than the one that is known to be open, or of none. */
const isOfAnother = (outcome: Outcome, { state, repository, pullRequest }: PromotionRecord): boolean => {
  if (state !== 'Open' || !repository || !pullRequest) return false;
  if (
    outcome.type !== 'pull-request-seen' &&
    outcome.type !== 'nothing-to-change' &&
    outcome.type !== 'promotion-closed'
  )
    return false;
  // A number is one of its repository and base alone: one that was made into others may be found under another number, or not at all.
  return (
    outcome.pullRequest?.number !== pullRequest.number &&
    isDeepStrictEqual(repository, repositoryOf(outcome.promotion.strategy))
  );
};

/** Closed elsewhere than where the promotion is about to get its pull request. */
const wasClosedElsewhere = (outcome: Outcome, { state, repository }: PromotionRecord): boolean =>
  outcome.type === 'pull-request-seen' &&
  outcome.pullRequest.state === 'closed' &&
  state === 'Opening' &&
  repository !== undefined &&
  !isDeepStrictEqual(repository, repositoryOf(outcome.promotion.strategy));

/** Whether the record of a promotion knows better than what has become of an action on it: by what another controller wrote meanwhile. */
export const isOutdated = (
  outcome: Outcome,
  promotion: PromotionIdentity | Promotion,
  known: PromotionRecord,
): boolean =>
  known.finishedAt !== undefined ||
  (known.state === 'Merged' && outcome.type === 'pull-request-seen' && outcome.pullRequest.state !== 'merged') ||
  isOfAnotherAttempt(promotion, known) ||
  isOfAnother(outcome, known) ||
  wasClosedElsewhere(outcome, known);
