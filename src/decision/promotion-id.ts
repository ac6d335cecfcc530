import { createHash } from 'node:crypto';
import type { PromotionRecord } from '../model/pipeline-status.ts';

/** What identifies a promotion among all others: when it began is in the status before anybody else hears of it, and stays. */
export const promotionId = (
  uid: string,
  environment: string,
  { revision, retry = 0, startedAt }: Pick<PromotionRecord, 'revision' | 'retry' | 'startedAt'>,
): string =>
  createHash('sha256')
    .update(JSON.stringify([uid, environment, revision, retry, startedAt]))
    .digest('hex')
    .slice(0, 32);
