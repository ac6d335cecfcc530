import type { SchedulerLike } from 'rxjs';
import { discover } from './discover.ts';
import { follow } from './follow.ts';
import { list } from './list.ts';
import { streamList } from './stream-list.ts';
import type { Step, Surroundings } from './watch-sight.ts';
import type { Waiting, WatchState } from './watch-state.ts';

/**
 * Does what `state` says, and tells each thing seen together with the state that then holds; the last of them is where the
 * next step begins. Throws what `recoverFrom` knows, or anything.
 */
export const stepFrom = <T>(
  state: WatchState,
  surroundings: Surroundings<T>,
): AsyncGenerator<Step<T>, void, undefined> => {
  switch (state.type) {
    case 'asking':
      return discover(state, surroundings);
    case 'streaming':
      return streamList(state, surroundings);
    case 'listing':
      return list(state, surroundings);
    case 'watching':
      return follow(state, surroundings);
    case 'waiting':
      return wait(state, surroundings);
  }
};

async function* wait<T>(
  { delay, next }: Waiting,
  { scheduler, signal }: Surroundings<T>,
): AsyncGenerator<Step<T>, void, undefined> {
  await pause(delay, scheduler, signal);
  yield { state: next };
}

/** Resolves after `delay` milliseconds, or at once when `signal` is aborted. */
const pause = (delay: number, scheduler: SchedulerLike, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = () => {
      timer.unsubscribe();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = scheduler.schedule(over, delay);
    signal.addEventListener('abort', over);
  });
