import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import type { Clock } from '../../src/model/clock.ts';

/** Time that passes `factor` times as fast as it does, with a chance of the caller's own. */
export const scaledTime = (factor: number, random: () => number): { clock: Clock; scheduler: SchedulerLike } => {
  const now = () => Math.round(performance.now() * factor);
  const scheduler: SchedulerLike = {
    now,
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return asyncScheduler.schedule(
        function (this: SchedulerAction<T>, told?: T) {
          const again = this.schedule.bind(this);
          const action = Object.create(this, {
            schedule: { value: (next?: T, later = 0) => again(next, later / factor) },
          }) as SchedulerAction<T>;
          work.call(action, told);
        },
        delay / factor,
        state,
      );
    },
  };
  return { scheduler, clock: { now, random } };
};
