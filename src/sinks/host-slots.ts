import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { FailureError } from '../model/failure.ts';

/** Runs work with a host, so much at a time; what would only queue behind a host that hangs is refused, to be tried again. */
export type HostSlots = <T>(host: string, work: () => Promise<T>) => Promise<T>;

interface Host {
  /** When each work that is under way began, milliseconds. */
  readonly running: Set<{ readonly since: number }>;
  readonly waiting: Set<() => void>;
}

/** How long what was refused is left alone; milliseconds. */
const pause = 10_000;

const busy = (host: string, running: number, now: number) =>
  new FailureError({
    remedy: 'retry',
    reason: 'ForgeBusy',
    message: `${host} is slow: ${running} requests of other promotions have waited for it for a while`,
    retryAfter: now + pause,
  });

/**
 * Slots of which each host has `limit`. When all are taken, work waits for one until the oldest under way has lasted `patience`
 * milliseconds: so a host that hangs holds its slots and nobody else's time.
 */
export const hostSlots = ({
  limit,
  patience,
  scheduler = asyncScheduler,
}: {
  readonly limit: number;
  readonly patience: number;
  readonly scheduler?: SchedulerLike;
}): HostSlots => {
  const hosts = new Map<string, Host>();

  const turn = (name: string, { running, waiting }: Host): Promise<void> =>
    new Promise((resolve, reject) => {
      const oldest = Math.min(...[...running].map(({ since }) => since));
      const left = Math.max(0, oldest + patience - scheduler.now());
      const timer = scheduler.schedule(() => {
        waiting.delete(go);
        reject(busy(name, running.size, scheduler.now()));
      }, left);
      const go = () => {
        waiting.delete(go);
        timer.unsubscribe();
        resolve();
      };
      waiting.add(go);
    });

  return async (name, work) => {
    const host = hosts.get(name) ?? { running: new Set(), waiting: new Set() };
    hosts.set(name, host);
    while (host.running.size >= limit) await turn(name, host);
    const slot = { since: scheduler.now() };
    host.running.add(slot);
    try {
      return await work();
    } finally {
      host.running.delete(slot);
      const [next] = host.waiting;
      next?.();
      if (host.running.size === 0 && host.waiting.size === 0) hosts.delete(name);
    }
  };
};
