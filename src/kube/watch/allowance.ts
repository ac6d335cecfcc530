/** How much of a first state has been read; bytes are those of one answer, as they are after decompression. */
export interface Amount {
  readonly pages: number;
  readonly objects: number;
  readonly bytes: number;
}

/** A server has more to say than is listened to. */
export class TooMuchError extends Error {
  readonly what: keyof Amount;
  constructor(what: keyof Amount) {
    super(`a list of more than ${limits[what]} ${what} is not read`);
    this.name = 'TooMuchError';
    this.what = what;
  }
}

const nothing: Amount = { pages: 0, objects: 0, bytes: 0 };

/**
 * What bounds the time and memory that a list can take. An answer of 90 MiB has 3,400 HelmReleases of the usual 27.6 KB; where
 * there are more, pages are asked for, of which each is an answer. What is kept of them is bounded by their number.
 */
const limits: Amount = { pages: 1000, objects: 50_000, bytes: 90 * 1024 * 1024 };

/** Counts what is read of a list, from `before` on; throws TooMuchError when it is over the limits. */
export interface Allowance {
  readonly take: (what: keyof Amount, count: number) => void;
  readonly taken: () => Amount;
}

/** The allowance of an answer, before which `before` was read of the same list. */
export const allowance = (before = nothing): Allowance => {
  const read = { ...before, bytes: 0 };
  return {
    take: (what, count) => {
      read[what] += count;
      if (read[what] > limits[what]) throw new TooMuchError(what);
    },
    taken: () => ({ ...read }),
  };
};
