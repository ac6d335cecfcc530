/** A chance that says the same for the same seed (mulberry32). */
export const chanceFrom = (seed: number) => {
  let state = Math.imul(seed, 0x9e3779b1);
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(random() * bound);
  return {
    below,
    between: (from: number, to: number): number => from + below(to - from + 1),
    /** True once in so many times. */
    oneIn: (count: number): boolean => below(count) === 0,
    one: <T>(of: readonly T[]): T => of[below(of.length)]!,
    some: <T>(of: readonly T[]): T | undefined => of[below(of.length)],
  };
};
export type Chance = ReturnType<typeof chanceFrom>;
