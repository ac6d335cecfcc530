import { asyncScheduler, firstValueFrom, from, race, Subject, timer, type SchedulerLike } from 'rxjs';
import type { Clock } from '../model/clock.ts';
import { failureOf, type Failure } from '../model/failure.ts';
import { forgetOldest } from '../model/forget-oldest.ts';
import { attempt } from './attempt.ts';

/** Why something was not told: there was no room, it took too long, it was refused, or the program ended. */
export type Loss = 'overflow' | 'expired' | 'refused' | 'shutdown';

export interface OutboxOptions<T> {
  /** Sends one; throws a FailureError, whose remedy says whether it is worth another try. */
  readonly send: (item: T, signal: AbortSignal) => Promise<void>;
  readonly clock: Pick<Clock, 'now' | 'random'>;
  readonly scheduler?: SchedulerLike;
  readonly onSent: () => void;
  readonly onLost: (loss: Loss, why?: Failure) => void;
}

/** What is to be told, in its order, without anybody waiting for it. */
export interface Outbox<T> {
  /** Takes one at once; the same id is taken once. When there is no room, the oldest is lost. */
  readonly offer: (id: string, item: T) => void;
  readonly size: () => number;
  /** Tells what is left, within so many milliseconds; what is left then is lost. */
  readonly close: (within: number) => Promise<void>;
}

/** How many wait at most, and of how many it is remembered that they came. */
export const capacity = 1000;

/** What is older than this is no news; milliseconds. */
const longestAge = 600_000;

const pauses = { first: 500, longest: 30_000 };

interface Waiting<T> {
  readonly item: T;
  readonly since: number;
}

/** A bounded queue that one sender empties in order, trying again with growing pauses. A receiver that hangs costs nobody but itself. */
export const createOutbox = <T>(options: OutboxOptions<T>): Outbox<T> => {
  const { send, clock, scheduler = asyncScheduler, onSent, onLost } = options;
  const waiting: Waiting<T>[] = [];
  const taken = new Set<string>();
  const closing = new Subject<void>();
  let current: Waiting<T> | undefined;
  let failures = 0;
  let closed = false;
  const over = new AbortController();
  let work: Promise<void> | undefined;

  const pause = (milliseconds: number): Promise<unknown> =>
    closed ? Promise.resolve() : firstValueFrom(race(timer(milliseconds, scheduler), closing));

  /** How long to leave a receiver alone that has failed: what it asks for, or up to half a minute, with jitter. */
  const pauseAfter = ({ retryAfter }: Failure): number => {
    const most = Math.min(pauses.longest, pauses.first * 2 ** Math.min(failures - 1, 20));
    const asked = retryAfter === undefined ? 0 : Math.min(retryAfter - clock.now(), longestAge);
    return Math.max(asked, most * (0.5 + clock.random() / 2));
  };

  const lose = (loss: Loss, why?: Failure): void => {
    current = undefined;
    onLost(loss, why);
  };

  const tryOne = async ({ item, since }: Waiting<T>): Promise<void> => {
    if (clock.now() - since > longestAge) {
      lose('expired');
      return;
    }
    try {
      await attempt((signal) => send(item, signal), over.signal, scheduler);
      if (over.signal.aborted) return;
      current = undefined;
      failures = 0;
      onSent();
    } catch (error) {
      if (over.signal.aborted) return;
      const failure = failureOf(error, 'telling what has happened');
      if (failure.remedy === 'give-up') {
        lose('refused', failure);
        return;
      }
      failures += 1;
      if (closed) {
        lose('shutdown', failure);
        return;
      }
      await pause(pauseAfter(failure));
    }
  };

  const empty = async (): Promise<void> => {
    while (!over.signal.aborted && (current ??= waiting.shift())) await tryOne(current);
    work = undefined;
  };

  return {
    offer: (id, item) => {
      if (closed || taken.has(id)) return;
      taken.add(id);
      forgetOldest(taken, capacity);
      waiting.push({ item, since: clock.now() });
      if (waiting.length > capacity) {
        waiting.shift();
        onLost('overflow');
      }
      work ??= empty();
    },
    size: () => waiting.length + (current ? 1 : 0),
    close: async (within) => {
      closed = true;
      closing.next();
      await firstValueFrom(race(from(work ?? Promise.resolve()), timer(within, scheduler)), {
        defaultValue: undefined,
      });
      over.abort();
      const left = [...(current ? [current] : []), ...waiting.splice(0)];
      left.forEach(() => onLost('shutdown'));
    },
  };
};
