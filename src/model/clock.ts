/** Time and chance, handed to whoever needs them, so that everything can be run with others. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
}
