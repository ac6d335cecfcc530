import type { PromotionRecord } from '../model/pipeline-status.ts';
import { apiGroup, type Pipeline } from '../model/pipeline.ts';
import { hold, type Judgement } from './judgement.ts';

/** The annotation by which a person rejects one revision for one environment. */
const rejectionAnnotation = (environment: string): string => `${apiGroup}/reject.${environment}`;

/** A revision that a person has rejected is not promoted; a pull request that is open already is for people to close. */
export const judgeRejection = (
  { metadata: { annotations } }: Pipeline,
  environment: string,
  record: PromotionRecord | undefined,
  revision: string,
): Judgement | undefined => {
  if (annotations[rejectionAnnotation(environment)] !== revision) return undefined;
  const promotion = record?.revision === revision ? record : undefined;
  if (promotion?.state === 'Merged') return undefined;
  const open =
    promotion?.state === 'Open' ? `, but pull request #${promotion.pullRequest?.number ?? ''} is open: close it` : '';
  return hold(
    'Rejected',
    `${revision} was rejected for ${environment} by annotation ${rejectionAnnotation(environment)}${open}`,
    revision,
  );
};
