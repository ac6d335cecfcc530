import type { Clock } from './model/clock.ts';

/** The machine's own clock and randomness; nothing else in the product reads them. */
export const systemClock: Clock = { now: () => Date.now(), random: () => Math.random() };
