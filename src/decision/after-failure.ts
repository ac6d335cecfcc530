import type { ActionOf, Outcome } from '../model/action.ts';
import type { PromotionRecord } from '../model/pipeline-status.ts';
import { formatTime } from '../model/time.ts';
import { answered, withoutRepository } from './without.ts';

/** The record with the commit status that was written, or was not for an error. */
export const checked = (
  record: PromotionRecord,
  { head, check: { state, reason } }: Pick<ActionOf<'set-check'>, 'head' | 'check'>,
  error?: string,
): PromotionRecord => {
  const { pullRequest } = record;
  if (!pullRequest) return record;
  const check = { head, state, reason, ...(error === undefined ? {} : { error }) };
  return { ...record, pullRequest: { ...pullRequest, check } };
};

/** The record of a promotion whose pull request was left: it begins anew, elsewhere. */
export const left = (record: PromotionRecord): PromotionRecord => {
  const anew: PromotionRecord = { ...answered(record), state: 'Opening' };
  delete anew.pullRequest;
  return anew;
};

/** After so many attempts a repository that is left is not waited for any more: its address may have been the mistake. */
const mostAttempts = 5;

/** The record with an action that has failed: why, and when it was tried. */
export const afterFailure = (
  record: PromotionRecord,
  { action, failure: { reason, message, remedy } }: Extract<Outcome, { type: 'failed' }>,
  now: number,
): PromotionRecord => {
  if (action.type === 'set-check') return checked(record, action, message);
  if (action.type === 'follow-pull-request') return { ...record, reason, message };
  const attempts = (record.attempts ?? 0) + 1;
  if (action.type === 'leave-pull-request' && (remedy === 'give-up' || attempts >= mostAttempts)) return left(record);
  const state = remedy === 'give-up' && record.state === 'Opening' ? 'Failed' : record.state;
  const known = state === 'Failed' ? withoutRepository(record) : record;
  return { ...known, state, reason, message, attempts, lastAttemptedTime: formatTime(now) };
};
