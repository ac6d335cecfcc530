import { asyncScheduler, NEVER, Observable, type SchedulerLike } from 'rxjs';
import type { Clock } from '../../model/clock.ts';
import type { Failure } from '../../model/failure.ts';
import { delayOf, failed, rested, succeeded, type Backoff } from '../../stream/backoff.ts';
import type { WatchEvent } from '../../stream/watch-event.ts';
import type { Connection } from '../wire/connection.ts';
import type { Gate } from './gate.ts';
import { createLiveness, type Liveness } from './liveness.ts';
import { recoverFrom, type Recovery } from './recovery.ts';
import { titleOf, type Resource } from './resource.ts';
import type { Step, Surroundings } from './watch-sight.ts';
import { unlisted, type WatchState } from './watch-state.ts';
import { stepFrom } from './watch-step.ts';

export interface WatchOptions<T> {
  /** What is kept of an object; the object itself is dropped at once. Must not throw. */
  readonly project: (raw: unknown) => T;
  readonly clock: Clock;
  /** Runs backoff and watchdogs. */
  readonly scheduler?: SchedulerLike;
  /** Bounds the lists under way at a time over all watches that share it. */
  readonly gate?: Gate;
  /** The credentials were replaced: what is under way is dropped, and asked for again at once from where the watch stands. */
  readonly renewed?: Observable<unknown>;
  /** Is told of what a server said and should not have. */
  readonly puzzled?: (message: string) => void;
}

/** What only a person can change is tried again after this long, and up to twice as long. Milliseconds. */
const slowRetry = 30_000;

/**
 * Lists a resource and watches it from there, for ever: it never errors and never completes. Losing the server is an event,
 * and so is having it back. Unsubscribing ends every request and delivers nothing more; the connection is the caller's.
 *
 * The algorithm is that of client-go's Reflector in the shape of kube-rs's watcher: a visible state, and one step from it
 * to the next.
 */
export const watch = <T>(
  connection: Connection,
  resource: Resource,
  options: WatchOptions<T>,
): Observable<WatchEvent<T, Failure>> =>
  new Observable((subscriber) => {
    const { project, clock, scheduler = asyncScheduler, gate, puzzled = () => undefined } = options;
    const liveness = createLiveness<T>((event) => subscriber.next(event), puzzled, scheduler);
    const course = begin({ connection, resource, project, clock, scheduler, gate }, liveness);
    const renewals = (options.renewed ?? NEVER).subscribe(course.hurry);
    return () => {
      renewals.unsubscribe();
      course.end();
      liveness.stop();
    };
  });

/** A list-and-watch under way: `hurry` drops the present step and begins the next at once. */
interface Course {
  readonly hurry: () => void;
  readonly end: () => void;
}

interface Standing {
  readonly state: WatchState;
  readonly backoff: Backoff;
}

const begin = <T>(surroundings: Omit<Surroundings<T>, 'signal'>, liveness: Liveness<T>): Course => {
  let step = new AbortController();
  let ended = false;
  const run = async (): Promise<void> => {
    let standing: Standing = { state: unlisted, backoff: rested };
    while (!ended) {
      standing = await advance(standing, { ...surroundings, signal: step.signal }, liveness);
      if (!step.signal.aborted) continue;
      step = new AbortController();
      standing = hurried(standing);
    }
  };
  void run();
  return {
    hurry: () => step.abort(),
    end: () => {
      ended = true;
      step.abort();
    },
  };
};

const hurried = ({ state }: Standing): Standing => ({
  state: state.type === 'waiting' ? state.next : state,
  backoff: rested,
});

/** Takes one step to its end or to its failure, and tells what it saw. */
const advance = async <T>(begun: Standing, surroundings: Surroundings<T>, liveness: Liveness<T>): Promise<Standing> => {
  const { signal, scheduler } = surroundings;
  let { state, backoff } = begun;
  const see = ({ state: next, sight }: Step<T>): void => {
    if (signal.aborted) return;
    state = next;
    if (sight?.type === 'opened') backoff = succeeded(backoff, scheduler.now());
    if (sight) liveness.saw(sight);
  };
  try {
    await stepFrom(state, surroundings, see);
    return { state, backoff };
  } catch (error) {
    return signal.aborted ? { state, backoff } : afterFailure({ state, backoff }, error, surroundings, liveness);
  }
};

const afterFailure = <T>(
  { state, backoff }: Standing,
  error: unknown,
  { scheduler, clock, resource, connection }: Surroundings<T>,
  liveness: Liveness<T>,
): Standing => {
  const within = resource.namespace === undefined ? '' : ` in namespace ${resource.namespace}`;
  const watched = `${titleOf(resource)}${within} at ${connection.server}`;
  const recovery = recoverFrom(state.type === 'waiting' ? state.next : state, error, watched);
  const worse = failed(backoff, scheduler.now());
  liveness.lost(recovery.failure);
  return {
    state: { type: 'waiting', next: recovery.next, delay: delayBefore(recovery, worse, clock.random()) },
    backoff: worse,
  };
};

/** The first failure after a time of health may be answered promptly, if it is of that kind: a second one may be a loop. */
const delayBefore = ({ pace, retryAfter }: Recovery, backoff: Backoff, random: number): number => {
  switch (pace) {
    case 'promptly':
      return retryAfter + (backoff.failures === 1 ? 0 : delayOf(backoff, random));
    case 'patiently':
      return retryAfter + delayOf(backoff, random);
    case 'slowly':
      return retryAfter + slowRetry * (1 + random);
  }
};
