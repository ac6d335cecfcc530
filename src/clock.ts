/** Time and chance, handed to whoever needs them, so that everything else can be run with others. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** The machine's own clock and randomness; nothing else in the product reads them. */
export const systemClock: Clock = { now: () => Date.now(), random: () => Math.random() };
