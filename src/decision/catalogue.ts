import { conditionReasons } from './catalogue/condition-reasons.ts';
import { eventReasons } from './catalogue/event-reasons.ts';
import { gateAnswers } from './catalogue/gate-answers.ts';
import { memoryAnswers } from './catalogue/memory-answers.ts';
import { passed } from './catalogue/passed.ts';
import { ruleAnswers } from './catalogue/rule-answers.ts';

/**
 * Every sentence that Leafwatch says of a decision, by its reason code: written nowhere else. A code is the reason of a
 * condition, of an Event or of an environment's answer, and the label of a metric.
 */
export const catalogue = {
  ...passed,
  ...ruleAnswers,
  ...memoryAnswers,
  ...gateAnswers,
  ...conditionReasons,
  ...eventReasons,
} as const;

type Catalogue = typeof catalogue;

/** Every reason code. */
export type AnyReason = keyof Catalogue;

/** The reason codes of one or several kinds. */
export type ReasonOf<K extends Catalogue[AnyReason]['kind']> = {
  [R in AnyReason]: Catalogue[R]['kind'] extends K ? R : never;
}[AnyReason];

/** What has to be known to say a reason's sentence. */
export type FactsOf<R extends AnyReason> = Catalogue[R]['example'];

/** The sentence of a reason. */
export const sentence = <R extends AnyReason>(reason: R, facts: FactsOf<R>): string =>
  (catalogue[reason].text as (facts: FactsOf<R>) => string)(facts);
