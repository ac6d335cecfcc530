import type { ActionOf } from '../model/action.ts';
import type { Failure } from '../model/failure.ts';
import type { PromotionRecord } from '../model/pipeline-status.ts';

/** A record with why its last attempt did not succeed, and with what that needs where it does not pass by itself. */
export const withFailure = (record: PromotionRecord, { reason, message, remedy }: Failure): PromotionRecord => {
  const told: PromotionRecord = { ...record, reason, message };
  if (remedy === 'retry') delete told.remedy;
  else told.remedy = remedy;
  return told;
};

/** A record without what the last attempt left that did not succeed. */
export const withoutFailure = (record: PromotionRecord): PromotionRecord => {
  const healed = { ...record };
  delete healed.reason;
  delete healed.message;
  delete healed.remedy;
  delete healed.attempts;
  delete healed.failedSince;
  return healed;
};

/** A record of which nothing is open, or nothing that anybody can close. */
export const withoutRepository = (record: PromotionRecord): PromotionRecord => {
  const known = { ...record };
  delete known.repository;
  return known;
};

/** A record of which the outside has told what has become. */
export const answered = (record: PromotionRecord): PromotionRecord => withoutRepository(withoutFailure(record));

/** The record of a promotion whose next attempt waits for no time any more; why it could not be made is known until it has been. */
export const withoutDelay = (record: PromotionRecord): PromotionRecord => {
  const due = { ...record };
  delete due.lastAttemptedTime;
  return due;
};

/** The record of a promotion that is tried again, as if it never had been. */
export const begunAnew = (record: PromotionRecord): PromotionRecord => {
  const anew: PromotionRecord = { ...withoutFailure(record), state: 'Opening' };
  delete anew.lastAttemptedTime;
  return anew;
};

/** The record of a promotion whose pull request was left: it begins anew, by what the spec says now. */
export const withoutPullRequest = (record: PromotionRecord): PromotionRecord => {
  const anew = withoutRepository(begunAnew(record));
  delete anew.pullRequest;
  return anew;
};

/** The record with the commit status that was written, or was not for an error. */
export const withCheck = (
  record: PromotionRecord,
  { head, check: { state, reason } }: Pick<ActionOf<'set-check'>, 'head' | 'check'>,
  error?: string,
): PromotionRecord => {
  const { pullRequest } = record;
  if (!pullRequest) return record;
  const check = { head, state, reason, ...(error === undefined ? {} : { error }) };
  return { ...record, pullRequest: { ...pullRequest, check } };
};
