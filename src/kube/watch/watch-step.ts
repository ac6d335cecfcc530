import type { SchedulerLike } from 'rxjs';
import { discover } from './discover.ts';
import { follow } from './follow.ts';
import { list } from './list.ts';
import { streamList } from './stream-list.ts';
import type { See, Surroundings } from './watch-sight.ts';
import type { Waiting, WatchState } from './watch-state.ts';

/**
 * Does what `state` says, and tells `see` each thing seen together with the state that then holds; the last of them is where
 * the next step begins. Throws what `recoverFrom` knows, or anything.
 */
export const stepFrom = <T>(state: WatchState, surroundings: Surroundings<T>, see: See<T>): Promise<void> => {
  switch (state.type) {
    case 'asking':
      return discover(state, surroundings, see);
    case 'streaming':
      return streamList(state, surroundings, see);
    case 'listing':
      return list(state, surroundings, see);
    case 'watching':
      return follow(state, surroundings, see);
    case 'waiting':
      return wait(state, surroundings, see);
  }
};

const wait = async <T>(
  { delay, next }: Waiting,
  { scheduler, signal }: Surroundings<T>,
  see: See<T>,
): Promise<void> => {
  await pause(delay, scheduler, signal);
  see({ state: next });
};

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
