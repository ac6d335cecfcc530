import { VirtualTimeScheduler } from 'rxjs';
import type { Clock } from '../../src/model/clock.ts';

/** Time that stands still until it is moved. */
export interface VirtualTime {
  readonly scheduler: VirtualTimeScheduler;
  readonly clock: Clock;
  /** Moves time on, and runs what falls due on the way. */
  readonly advance: (milliseconds: number) => void;
}

/** A time that begins at `start` for the clock, with a chance that always says `random`. */
export const virtualTime = ({ start = 0, random = 0 } = {}): VirtualTime => {
  const scheduler = new VirtualTimeScheduler();
  return {
    scheduler,
    clock: { now: () => start + scheduler.frame, random: () => random },
    advance: (milliseconds) => {
      scheduler.maxFrames = scheduler.frame + milliseconds;
      scheduler.flush();
      scheduler.frame = scheduler.maxFrames;
    },
  };
};
