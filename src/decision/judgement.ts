import { catalogue, sentence, type FactsOf, type ReasonOf } from './catalogue.ts';

/** The code of every answer. */
export type Reason = ReasonOf<'promote' | 'nothing' | 'wait' | 'hold'>;

/** What a step of the rule says that lets the next one speak: put into words only where people read it. */
export interface Pass {
  readonly type: 'pass';
  readonly reason: ReasonOf<'pass'>;
  readonly words: () => string;
}

/**
 * What a step of the rule says of one environment as a destination that ends it: `promote` it now, `nothing` is due,
 * `wait` (for what comes by itself, or is tried by itself once it is mended, latest at `until`), `hold` (until a person does
 * something), or `blink` (a cluster was just lost: decide later, say nothing). `reason` is a code for conditions and metrics;
 * `message` one sentence for the person on call; `revision` is what waits. Times are milliseconds.
 */
export interface Judgement {
  readonly type: 'promote' | 'nothing' | 'wait' | 'hold' | 'blink';
  readonly reason: Reason;
  readonly message: string;
  readonly revision?: string;
  readonly until?: number;
  /** When the message is another one, though the answer is the same. */
  readonly newsAt?: number;
}

/** A step that lets pass, for a reason. */
export const pass = <R extends ReasonOf<'pass'>>(reason: R, facts: FactsOf<R>): Pass => ({
  type: 'pass',
  reason,
  words: () => sentence(reason, facts),
});

/** The judgement of a reason, in the words of the catalogue. */
export const judgement = <R extends Reason>(
  reason: R,
  facts: FactsOf<R>,
  about: { readonly revision?: string; readonly until?: number } = {},
): Judgement => ({ type: catalogue[reason].kind, reason, message: sentence(reason, facts), ...about });

/** A cluster has just been lost: nothing is said until `until`. */
export const blink = (until: number): Judgement => ({ type: 'blink', reason: 'ClusterUnseen', message: '', until });
