import type { Outcome } from '../model/action.ts';
import type { PromotionRecord } from '../model/pipeline-status.ts';
import { formatTime } from '../model/time.ts';
import { withCheck, withFailure, withoutPullRequest } from './promotion-record.ts';

/** After so many attempts a repository that is left is not waited for any more: its address may have been the mistake. */
const mostAttempts = 5;

/** The record with an action that has failed: why, and when it was tried. */
export const afterFailure = (
  record: PromotionRecord,
  { action, failure }: Extract<Outcome, { type: 'failed' }>,
  now: number,
): PromotionRecord => {
  if (action.type === 'set-check') return withCheck(record, action, failure.message);
  if (action.type === 'follow-pull-request') return withFailure(record, failure);
  const { remedy } = failure;
  const attempts = (record.attempts ?? 0) + 1;
  if (action.type === 'leave-pull-request' && (remedy === 'give-up' || attempts >= mostAttempts))
    return withoutPullRequest(record);
  const told = { ...withFailure(record, failure), attempts, lastAttemptedTime: formatTime(now) };
  // Where it could not be closed it may be open still.
  if (remedy !== 'give-up' || record.state !== 'Opening' || action.type === 'close-pull-request') return told;
  return { ...told, state: 'Failed', failedSince: record.failedSince ?? formatTime(now) };
};
