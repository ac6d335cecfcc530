import { catalogue, sentence, type FactsOf, type ReasonOf } from './catalogue.ts';

/** Every answer that a step of the rule can give. */
export type Reason = ReasonOf<'pass' | 'promote' | 'nothing' | 'wait' | 'hold'>;

/**
 * What a step of the rule says of one environment as a destination: `pass` lets the next step speak; `promote` it now, `nothing` is due,
 * `wait` (for something that comes by itself, latest at `until`), `hold` (until a person does something), or `blink` (a cluster was just
 * lost: decide later, say nothing). `reason` is a code for conditions and metrics; `message` one sentence for the person on call; `revision`
 * is what waits. Times are milliseconds.
 */
export interface Judgement {
  readonly type: 'pass' | 'promote' | 'nothing' | 'wait' | 'hold' | 'blink';
  readonly reason: Reason;
  readonly message: string;
  readonly revision?: string;
  readonly until?: number;
}

/** The judgement of a reason, in the words of the catalogue. */
export const judgement = <R extends Reason>(
  reason: R,
  facts: FactsOf<R>,
  about: { readonly revision?: string; readonly until?: number } = {},
): Judgement => ({ type: catalogue[reason].kind, reason, message: sentence(reason, facts), ...about });

/** A cluster has just been lost: nothing is said until `until`. */
export const blink = (until: number): Judgement => ({ type: 'blink', reason: 'ClusterUnseen', message: '', until });
