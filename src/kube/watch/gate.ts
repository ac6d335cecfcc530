import { asyncScheduler, type SchedulerLike } from 'rxjs';

/**
 * Lets a bounded number of holders in at a time; `enter` resolves with the way out, or rejects when `signal` is aborted.
 * Who stays for long does not count any more: it is slow, and so does little, and nobody is to wait for it.
 */
export interface Gate {
  readonly enter: (signal: AbortSignal) => Promise<() => void>;
}

/** Milliseconds after which a holder does not count any more. */
const slow = 5000;

/** A gate for `width` holders, first come, first served. */
export const createGate = (width: number, scheduler: SchedulerLike = asyncScheduler): Gate => {
  let inside = 0;
  const queue = new Set<() => void>();
  const wayOut = (): (() => void) => {
    const timer = scheduler.schedule(() => leave(), slow);
    const leave = (): void => {
      if (timer.closed) return;
      timer.unsubscribe();
      inside -= 1;
      const [next] = queue;
      if (next) next();
    };
    return leave;
  };
  const enter = (signal: AbortSignal) =>
    new Promise<() => void>((resolve, reject) => {
      const admit = () => {
        queue.delete(admit);
        signal.removeEventListener('abort', giveUp);
        inside += 1;
        resolve(wayOut());
      };
      const giveUp = () => {
        queue.delete(admit);
        reject(new Error('not waited for any longer'));
      };
      if (signal.aborted) giveUp();
      else if (inside < width) admit();
      else {
        queue.add(admit);
        signal.addEventListener('abort', giveUp, { once: true });
      }
    });
  return { enter };
};
