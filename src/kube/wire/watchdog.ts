import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { SchedulerLike } from 'rxjs';

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

/** After so many bytes others have their turn: a flood would be read in turns of two megabytes. */
export const turn = 256 * 1024;

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
export const watchdog = (response: IncomingMessage, patience: Patience, scheduler: SchedulerLike): Watchdog => {
  const begun = scheduler.now();
  let heard = begun;
  const due = () => Math.min(heard + patience.silence(), begun + patience.total);
  const timer = scheduler.schedule(
    function () {
      const now = scheduler.now();
      if (now >= due()) response.destroy(new SilentError(now - heard));
      else this.schedule(undefined, untilNextLook(now, due()));
    },
    untilNextLook(begun, due()),
  );
  return { heard: () => (heard = scheduler.now()), stop: () => timer.unsubscribe() };
};

/** The chunks of a body; throws SilentError, and drops the connection, when patience is at its end. */
export async function* attended(
  response: IncomingMessage,
  patience: Patience,
  scheduler: SchedulerLike,
): AsyncGenerator<Buffer, void, undefined> {
  const { heard, stop } = watchdog(response, patience, scheduler);
  let taken = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      heard();
      yield chunk;
      taken += chunk.length;
      if (taken < turn) continue;
      taken = 0;
      await setImmediate();
    }
  } finally {
    stop();
  }
}
