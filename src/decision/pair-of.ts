import type { PromotionRecord } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { isUnderWay } from './answers.ts';
import { promotionInto, type Pair } from './pair.ts';
import { recall } from './recall.ts';
import { wasGivenUp } from './record.ts';
import type { EnvironmentSurvey } from './survey.ts';

/** How long an attempt that failed waits for the next, milliseconds: doubled from `min` to `max`, and from that to four times as much where only a person can mend it. */
export interface RetryDelays {
  readonly min: number;
  readonly max: number;
}

/** When things may be done again: the delays of attempts that fail, and the time before which the forge is to be left alone, if it is. */
export interface Again {
  readonly delays: RetryDelays;
  readonly askAgainAt: number | undefined;
}

/** How long a promotion waits after it was tried: what only a person can mend as long again as it has failed already, within bounds. */
const delayAfter = (tried: number, record: PromotionRecord, { min, max }: RetryDelays): number => {
  const { attempts = 1, failedSince } = record;
  if (!wasGivenUp(record)) return Math.min(max, min * 2 ** Math.min(attempts - 1, 30));
  return Math.min(4 * max, Math.max(max, failedSince === undefined ? 0 : tried - Date.parse(failedSince)));
};

const backoff = (record: PromotionRecord, delays: RetryDelays): number => {
  const { attempts = 0, lastAttemptedTime } = record;
  if (attempts === 0 || lastAttemptedTime === undefined) return 0;
  const tried = Date.parse(lastAttemptedTime);
  return tried + delayAfter(tried, record, delays);
};

/** Two environments as a pair, with what is remembered of promotions into the second, and when one may be tried again. */
export const pairOf = (
  pipeline: Pipeline,
  [source, destination]: readonly [EnvironmentSurvey, EnvironmentSurvey],
  { delays, askAgainAt = 0 }: Again,
  now: number,
): Pair => {
  const memory = recall(pipeline, source, destination, now);
  const { promotion } = memory;
  const waiting = promotion?.message !== undefined && (isUnderWay(promotion) || wasGivenUp(promotion));
  const notBefore = waiting ? Math.max(backoff(promotion, delays), askAgainAt) : 0;
  return { pipeline, source, destination, promotion: promotionInto(pipeline, destination), memory, notBefore, now };
};
