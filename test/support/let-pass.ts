import { setImmediate } from 'node:timers/promises';
import type { VirtualTime } from './virtual-time.ts';

/** Resolves when every promise that can settle without time passing has settled. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
};

/** Moves virtual time on from timer to timer, and lets promises settle before each of them. */
export const letPass = async ({ scheduler, advance }: VirtualTime, milliseconds: number): Promise<void> => {
  const end = scheduler.frame + milliseconds;
  for (;;) {
    await settled();
    const due = Math.min(end, ...scheduler.actions.map(({ delay }) => delay));
    advance(due - scheduler.frame);
    if (due === end && scheduler.actions.every(({ delay }) => delay > end)) break;
  }
  await settled();
};
