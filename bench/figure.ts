/** One measured thing. `bar` is what the value must stay under; without one it is only told. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 's' | 'ms' | 'MB' | 'MiB' | 'KB' | '%' | '×';
  readonly bar?: number;
  /** How it was measured, in few words. */
  readonly note?: string;
}

/** Measures; `tell` is for what a person who waits wants to know, and `flags` are what the command line says about how. */
export type Benchmark = (tell: (text: string) => void, flags: readonly string[]) => Promise<readonly Figure[]>;

/** The median, with the least and the most beside it: the machine may have been busy with something else. */
export const summary = (values: readonly number[]): { readonly median: number; readonly range: string } => {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return { median, range: `${sorted.length} runs, ${rounded(sorted[0])} to ${rounded(sorted.at(-1))}` };
};

/** Three digits that count, as a person reads them. */
export const rounded = (value = Number.NaN): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
