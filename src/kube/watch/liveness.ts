import { Subscription, type SchedulerLike } from 'rxjs';
import type { Failure } from '../../model/failure.ts';
import type { WatchEvent } from '../../stream/watch-event.ts';
import type { Sight } from './watch-sight.ts';

/**
 * How long a watch that was lost must stand before it counts as live again, unless a bookmark says so earlier: a server
 * takes a watch from an expired version with HTTP 200 as well, and says so only then; and what was missed comes first.
 */
const provesItself = 1000;

/** Turns what the steps of a watch see, and the failures between them, into what may be said of it. */
export interface Liveness<T> {
  readonly saw: (sight: Sight<T>) => void;
  readonly lost: (failure: Failure) => void;
  readonly stop: () => void;
}

/** A liveness that knows nothing yet. `say` is called with every event; `puzzled` with what the server should not have said. */
export const createLiveness = <T>(
  say: (event: WatchEvent<T, Failure>) => void,
  puzzled: (message: string) => void,
  scheduler: SchedulerLike,
): Liveness<T> => {
  let listing = false;
  let told: string | undefined;
  let proof = Subscription.EMPTY;

  const resume = () => {
    proof.unsubscribe();
    if (told === undefined) return;
    told = undefined;
    say({ type: 'resumed' });
  };

  const opened = () => {
    if (listing) {
      listing = false;
      told = undefined;
      say({ type: 'init-done' });
    } else if (told !== undefined) {
      proof = scheduler.schedule(resume, provesItself);
    }
  };

  const saw = (sight: Sight<T>): void => {
    switch (sight.type) {
      case 'init':
        listing = true;
        say(sight);
        break;
      case 'init-apply':
      case 'init-delete':
      case 'apply':
      case 'delete':
        say({ type: sight.type, object: sight.object });
        break;
      case 'opened':
        opened();
        break;
      case 'bookmark':
        resume();
        break;
      case 'puzzled':
        puzzled(sight.message);
    }
  };

  return {
    saw,
    lost: (failure) => {
      proof.unsubscribe();
      if (told === failure.reason) return;
      told = failure.reason;
      say({ type: 'lost', failure });
    },
    stop: () => proof.unsubscribe(),
  };
};
