import type { PromotionRecord } from '../model/pipeline-status.ts';

/** A record without what the last attempt left that did not succeed. */
export const withoutFailure = (record: PromotionRecord): PromotionRecord => {
  const healed = { ...record };
  delete healed.reason;
  delete healed.message;
  delete healed.attempts;
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
