import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';

/** A run's result, and after how many milliseconds its key wants another run if nothing asks for it before. */
export interface Run<R> {
  readonly result: R;
  readonly again: number | undefined;
}

/** Told of what the queue does, for metrics. */
export interface WorkqueueMonitor<K> {
  readonly added: (key: K, depth: number) => void;
  readonly started: (key: K, depth: number) => void;
  readonly finished: (key: K) => void;
}

/** Timers of Node end at 2^31 ms; a run earlier than asked is harmless. */
const longestDelay = 24 * 3_600_000;

/**
 * Runs `work` for every key that comes, at most `concurrency` at once and one at a time for each key. Keys that come while they wait
 * or run fold into one more run. A key that asked to run again later runs at once when it comes before. Like client-go's workqueue:
 * whatever was known before a run starts is seen by it. Errors when `work` rejects. When the source completes, no run is begun any more,
 * and the queue completes with the last that runs.
 */
export const workqueue =
  <K, R>(
    work: (key: K) => Promise<Run<R>>,
    options: {
      readonly concurrency: number;
      readonly scheduler?: SchedulerLike;
      readonly monitor?: WorkqueueMonitor<K>;
    },
  ): OperatorFunction<K, R> =>
  (source) =>
    new Observable((subscriber) => {
      const { concurrency, scheduler = asyncScheduler, monitor } = options;
      const waiting = new Set<K>();
      const running = new Set<K>();
      const dirty = new Set<K>();
      const timers = new Map<K, Subscription>();
      let ended = false;

      const add = (key: K): void => {
        if (running.has(key)) dirty.add(key);
        else waiting.add(key);
        monitor?.added(key, waiting.size);
        next();
      };
      const next = (): void => {
        for (const key of waiting) {
          if (ended || subscriber.closed || running.size >= concurrency) break;
          waiting.delete(key);
          run(key);
        }
        if (ended && running.size === 0) subscriber.complete();
      };
      const run = (key: K): void => {
        running.add(key);
        timers.get(key)?.unsubscribe();
        timers.delete(key);
        monitor?.started(key, waiting.size);
        work(key).then(
          (done) => finish(key, done),
          (error: unknown) => subscriber.error(error),
        );
      };
      const finish = (key: K, { result, again }: Run<R>): void => {
        if (subscriber.closed) return;
        running.delete(key);
        monitor?.finished(key);
        // Before the result goes out: whoever takes it may put the key in again, or leave.
        if (dirty.delete(key)) waiting.add(key);
        else if (again !== undefined) later(key, again);
        subscriber.next(result);
        next();
      };
      const later = (key: K, delay: number): void => {
        const fire = (): void => {
          timers.delete(key);
          add(key);
        };
        timers.set(key, scheduler.schedule(fire, Math.min(Math.max(delay, 0), longestDelay)));
      };

      const subscription = source.subscribe({
        next: add,
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          ended = true;
          next();
        },
      });
      return () => {
        subscription.unsubscribe();
        for (const timer of timers.values()) timer.unsubscribe();
      };
    });
