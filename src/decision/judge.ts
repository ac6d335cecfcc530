import { gates } from './gates/gates.ts';
import { blink, judgement, type Judgement, type Pass } from './judgement.ts';
import type { Candidate, Pair, Step } from './pair.ts';
import { difference } from './rule/difference.ts';
import { direction } from './rule/direction.ts';
import { evidence } from './rule/evidence.ts';
import { memory } from './rule/memory.ts';
import { source } from './rule/source.ts';
import { titleOf, type EnvironmentSurvey } from './survey.ts';

/** What one step of the rule has said of a pair. */
export interface Finding {
  readonly step: string;
  readonly judgement: Judgement | Pass;
}

const steps: readonly (readonly [name: string, step: Step])[] = [
  ['difference', difference],
  ['direction', direction],
  ['memory', memory],
];

/** The names of all steps, in the order in which they speak. */
export const stepNames: readonly string[] = ['evidence', 'source', ...[...steps, ...gates].map(([name]) => name)];

/**
 * The rule, step by step: whether a revision is due in the destination, from the newest observed state and never from the event
 * that woke us. In this order: evidence, a settled source, a destination that does not run it, direction, memory, gates.
 * A step that does not let pass ends it; the gates all speak, since what else stands in the way is worth knowing.
 */
export function* trace(pair: Pair): Generator<Finding, void, undefined> {
  const seen = evidence(pair);
  yield { step: 'evidence', judgement: seen };
  if (seen.type !== 'pass') return;
  const settled = source(pair);
  yield { step: 'source', judgement: settled };
  const { settledOn: revision, healthySince } = pair.source;
  if (revision === undefined) return;
  const candidate: Candidate = { ...pair, revision, healthySince: healthySince ?? pair.now };
  for (const [step, look] of steps) {
    const found = look(candidate);
    yield { step, judgement: found };
    if (found.type !== 'pass') return;
  }
  for (const [step, gate] of gates) yield { step, judgement: gate(candidate) };
}

/** The first step's answer that does not let the pair pass; the promotion is due when all do. */
export const judge = (pair: Pair): Judgement => {
  for (const { judgement } of trace(pair)) if (judgement.type !== 'pass') return judgement;
  const revision = pair.source.settledOn ?? '';
  return judgement('PromotionDue', { revision, source: pair.source.environment.name }, { revision });
};

/** The first environment is nobody's destination: it only says what can be promoted from it. */
export const judgeFirst = ({ evidence, targets, settledOn }: EnvironmentSurvey): Judgement => {
  if (evidence.type === 'blink') return blink(evidence.until);
  if (evidence.type === 'incomplete') return judgement('ClusterUnseen', { why: evidence.why });
  if (settledOn !== undefined) return judgement('FirstEnvironment', { revision: settledOn, why: undefined });
  const unsettled = targets.find(({ observation }) => observation.state !== 'settled');
  const why = unsettled
    ? `${titleOf(unsettled)}: ${unsettled.observation.message}`
    : 'its targets run different versions';
  return judgement('FirstEnvironment', { revision: undefined, why });
};
