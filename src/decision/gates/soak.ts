import { parseDuration } from '../../model/duration.ts';
import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';

/** Every target of the source must have been healthy on the revision for this long, without a break. */
export const soak: Step = ({ promotion, source, revision, healthySince, now }) => {
  const facts = { revision, source: source.environment.name, since: healthySince };
  if (promotion.soak === undefined) return pass('Soaked', { ...facts, soak: undefined });
  const needed = parseDuration(promotion.soak);
  if (needed === undefined)
    return judgement(
      'InvalidField',
      { revision, field: 'soak', problem: `"${promotion.soak}" is no duration` },
      { revision },
    );
  const until = healthySince + needed;
  return now >= until
    ? pass('Soaked', { ...facts, soak: promotion.soak })
    : judgement('Soaking', { ...facts, soak: promotion.soak, until }, { revision, until });
};
