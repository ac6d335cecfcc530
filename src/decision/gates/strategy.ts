import { handsOver } from '../handover.ts';
import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';

/** There must be a way to promote. */
export const strategy: Step = ({ promotion, revision }) => {
  const chosen = promotion.strategy?.['pull-request'];
  if (chosen) return pass('StrategyGiven', { strategy: `pull request on ${chosen.url}, branch ${chosen.baseBranch}` });
  return handsOver(promotion)
    ? pass('StrategyGiven', { strategy: 'an event that other tooling obeys' })
    : judgement('NoStrategy', { revision }, { revision });
};
