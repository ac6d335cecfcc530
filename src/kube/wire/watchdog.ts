import type { SchedulerLike } from 'rxjs';
import type { Answer } from './answer.ts';

/** A server that has accepted a request and says nothing. */
export class SilentError extends Error {
  constructor(milliseconds: number) {
    super(`nothing came for ${Math.round(milliseconds / 1000)} s`);
    this.name = 'SilentError';
  }
}

/** Milliseconds: how long a body may be silent, which may change while it comes, and how long it may take in all. */
export interface Patience {
  readonly silence: () => number;
  readonly total: number;
}

/** Looks after a body that is being read. */
export interface Watchdog {
  /** To be called at each sign of life. */
  readonly heard: () => void;
  readonly stop: () => void;
}

/** How often the patience is looked at, at least; milliseconds. */
const watchful = 150_000;

/**
 * Looks that are not yet due are taken at whole multiples of this, and so for all clusters at the same moment: waking up for each
 * of them costs 0.15 ms of processor, looking a few microseconds.
 */
const round = 10_000;

/** Milliseconds from `now`: never later than `due`, and exactly then once that is near. */
const untilNextLook = (now: number, due: number): number => {
  const look = Math.min(due, now + watchful);
  const rounded = look - (look % round);
  return (rounded > now ? rounded : look) - now;
};

/** Drops the connection, with a SilentError, when patience is at its end. */
export const watchdog = (answer: Pick<Answer, 'destroy'>, patience: Patience, scheduler: SchedulerLike): Watchdog => {
  const begun = scheduler.now();
  let heard = begun;
  const due = () => Math.min(heard + patience.silence(), begun + patience.total);
  const timer = scheduler.schedule(
    function () {
      const now = scheduler.now();
      if (now >= due()) answer.destroy(new SilentError(now - heard));
      else this.schedule(undefined, untilNextLook(now, due()));
    },
    untilNextLook(begun, due()),
  );
  return { heard: () => (heard = scheduler.now()), stop: () => timer.unsubscribe() };
};
