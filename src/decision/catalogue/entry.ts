/** Who has to do something before an answer changes; `time` and `flux` need nobody. */
export type Turn = 'nobody' | 'time' | 'flux' | 'leafwatch' | 'receiver' | 'reviewer' | 'approver' | 'operator';

/**
 * What a reason code says. `text` makes its sentence from facts, `example` are such facts for the reference page, `glance` is what the
 * one-line view of a Pipeline shows for it. Times are milliseconds.
 */
interface Entry<K extends string, F> {
  readonly kind: K;
  readonly turn: Turn;
  readonly meaning: string;
  readonly glance?: string;
  readonly example: F;
  readonly text: (facts: F) => string;
}

const of =
  <K extends string>(kind: K) =>
  <F>(entry: Omit<Entry<K, F>, 'kind'>): Entry<K, F> => ({ kind, ...entry });

/** Entries by their kinds: what a step passes with, what an environment answers, why a condition is as it is, and what an Event says. */
export const [pass, promote, nothing, wait, hold] = [of('pass'), of('promote'), of('nothing'), of('wait'), of('hold')];
export const [condition, event] = [of('condition'), of('event')];
