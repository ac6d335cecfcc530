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

/** How often the patience is looked at, at least. */
const watchful = 150_000;

/** Drops the connection, with a SilentError, when patience is at its end. */
export const watchdog = (response: IncomingMessage, patience: Patience, scheduler: SchedulerLike): Watchdog => {
  const begun = scheduler.now();
  let heard = begun;
  const remaining = () =>
    Math.min(heard + patience.silence() - scheduler.now(), begun + patience.total - scheduler.now());
  const timer = scheduler.schedule(
    function () {
      const rest = remaining();
      if (rest <= 0) response.destroy(new SilentError(scheduler.now() - heard));
      else this.schedule(undefined, Math.min(rest, watchful));
    },
    Math.min(remaining(), watchful),
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
