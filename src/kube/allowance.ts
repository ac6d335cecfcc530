/** How much of a first state has been read; bytes as they are after decompression. */
export interface Amount {
  readonly pages: number;
  readonly objects: number;
  readonly bytes: number;
}

/** A server has more to say than is listened to. */
export class TooMuchError extends Error {
  constructor(what: string) {
    super(`a list of more than ${what} is not read`);
    this.name = 'TooMuchError';
  }
}

const nothing: Amount = { pages: 0, objects: 0, bytes: 0 };

/** What bounds the time and memory that one list can take: 90 MiB are 3,400 HelmReleases of the usual 27.6 KB. */
const limits: Amount = { pages: 1000, objects: 50_000, bytes: 90 * 1024 * 1024 };

/** Counts what is read of a list, from `before` on; throws TooMuchError when it is over the limits. */
export interface Allowance {
  readonly take: (what: keyof Amount, count: number) => void;
  readonly taken: () => Amount;
}

/** The allowance of a list of which `before` was read already. */
export const allowance = (before = nothing): Allowance => {
  const read = { ...before };
  return {
    take: (what, count) => {
      read[what] += count;
      if (read[what] > limits[what]) throw new TooMuchError(`${limits[what]} ${what}`);
    },
    taken: () => ({ ...read }),
  };
};
