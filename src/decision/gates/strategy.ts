import type { PromotionSpec } from '../../model/pipeline-spec.ts';
import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';

/** The fields that would carry a promotion and that nothing obeys yet: with one of them, nothing is promoted. */
export const blockingFields = (promotion: PromotionSpec): readonly string[] =>
  promotion.strategy?.notification ? ['strategy.notification'] : [];

/** There must be a way to promote, and one that is honoured. */
export const strategy: Step = ({ promotion, revision }) => {
  const [field] = blockingFields(promotion);
  if (field !== undefined) return judgement('NotHonouredYet', { revision, field }, { revision });
  const chosen = promotion.strategy?.['pull-request'];
  return chosen
    ? pass('StrategyGiven', { strategy: `pull request on ${chosen.url}, branch ${chosen.baseBranch}` })
    : judgement('NoStrategy', { revision }, { revision });
};
