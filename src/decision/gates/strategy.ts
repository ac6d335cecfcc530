import type { PromotionSpec } from '../../model/pipeline-spec.ts';
import { hold, type Judgement } from '../judgement.ts';
import type { Gate } from './gate.ts';

const unready: ReadonlySet<string> = new Set(['gitlab', 'bitbucket-server']);

/** The fields that would forbid or carry a promotion and that nothing obeys yet: with one of them, nothing is promoted. */
export const blockingFields = (promotion: PromotionSpec): readonly string[] => {
  const type = promotion.strategy?.['pull-request']?.type;
  return [
    ...(promotion.windows?.length ? ['windows'] : []),
    ...(promotion.strategy?.notification ? ['strategy.notification'] : []),
    ...(type !== undefined && unready.has(type) ? [`strategy.pull-request.type: ${type}`] : []),
  ];
};

/** There must be a way to promote, and no field that forbids it in a way that is not honoured yet. */
export const strategy: Gate = ({ promotion, revision }): Judgement | undefined => {
  const [blocking] = blockingFields(promotion);
  if (blocking)
    return hold('NotHonouredYet', `${revision} is not promoted: ${blocking} is not honoured by this version`, revision);
  return promotion.strategy?.['pull-request']
    ? undefined
    : hold(
        'NoStrategy',
        `${revision} is not promoted: the Pipeline names no promotion strategy for this environment`,
        revision,
      );
};
