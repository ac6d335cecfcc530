/**
 * How long to leave a failing thing alone, as a value: how often it failed in a row, and since when it has been healthy.
 * The numbers are those of client-go's reflector: 800 ms doubled up to 30 s, forgotten after two minutes of health.
 */
export interface Backoff {
  readonly failures: number;
  readonly healthySince: number | undefined;
}

const first = 800;
const longest = 30_000;
const recovery = 120_000;

/** Nothing has failed yet. */
export const rested: Backoff = { failures: 0, healthySince: undefined };

/** The backoff of a thing that works at `now`. */
export const succeeded = (backoff: Backoff, now: number): Backoff =>
  backoff.healthySince === undefined ? { ...backoff, healthySince: now } : backoff;

/** The backoff of a thing that has just failed at `now`. */
export const failed = (backoff: Backoff, now: number): Backoff => {
  const recovered = backoff.healthySince !== undefined && now - backoff.healthySince >= recovery;
  return { failures: recovered ? 1 : backoff.failures + 1, healthySince: undefined };
};

/** Milliseconds until the next try: anything from nothing to the full step ("full jitter"); `random` is in [0, 1). */
export const delayOf = (backoff: Backoff, random: number): number =>
  backoff.failures === 0 ? 0 : random * Math.min(longest, first * 2 ** (backoff.failures - 1));
