import { defer, filter, from, merge, mergeMap, takeUntil, tap, type Observable, type SchedulerLike } from 'rxjs';
import type { Fact } from './model/fact.ts';
import { failureOf } from './model/failure.ts';
import type { ObjectKey } from './model/object-key.ts';
import { createReconcile, type ReconcileOptions, type Reconciliation } from './reconcile.ts';
import { workqueue, type Run, type WorkqueueMonitor } from './stream/workqueue.ts';

export interface EngineOptions extends Omit<ReconcileOptions, 'leading'> {
  readonly facts: Observable<Fact>;
  /** Whether this process may act; a follower learns all the same, to take over without a relist, and closes only what it opened too late itself. */
  readonly leading: Observable<boolean>;
  /** From its first value on nothing new is begun. */
  readonly stop: Observable<unknown>;
  readonly concurrency: number;
  readonly scheduler?: SchedulerLike;
  readonly monitor?: WorkqueueMonitor<ObjectKey>;
}

/** A look that a bug has ended: the Pipeline is looked at again later, and all others go on. */
const broken = (pipeline: ObjectKey, error: unknown): Reconciliation => ({
  pipeline,
  judgements: [],
  outcomes: [],
  deployments: [],
  changes: [],
  wakeAt: undefined,
  finished: false,
  bug: failureOf(error, `deciding on Pipeline ${pipeline}`),
});

/** The controller in one pipe: facts in, what was done about them out. After `stop` it completes with the last look that is under way. */
export const engine = (options: EngineOptions): Observable<Reconciliation> =>
  defer(() => {
    const { world, facts, clock, retryDelays, concurrency, scheduler, monitor } = options;
    const failures = new Map<ObjectKey, number>();
    let leading = false;
    const reconcile = createReconcile({ ...options, leading: () => leading });

    /** When a Pipeline wants to be looked at again: at its own time, and not later than after a backoff when the look was not finished. */
    const delayOf = ({ pipeline, finished, wakeAt }: Reconciliation): number | undefined => {
      if (finished) {
        failures.delete(pipeline);
        return wakeAt === undefined ? undefined : wakeAt - clock.now();
      }
      const count = failures.get(pipeline) ?? 0;
      failures.set(pipeline, count + 1);
      const backoff = Math.min(retryDelays.max, retryDelays.min * 2 ** Math.min(count, 30));
      return wakeAt === undefined ? backoff : Math.min(backoff, wakeAt - clock.now());
    };
    const look = async (key: ObjectKey): Promise<Run<Reconciliation>> => {
      const result = await reconcile(key).catch((error: unknown) => broken(key, error));
      return { result, again: delayOf(result) };
    };

    const changed = facts.pipe(mergeMap((fact) => from(world.learn(fact))));
    const led = options.leading.pipe(
      tap((now) => (leading = now)),
      filter((now) => now),
      mergeMap(() => from([...world.pipelines()])),
    );
    return merge(led, changed).pipe(
      takeUntil(options.stop),
      workqueue(look, { concurrency, ...(scheduler ? { scheduler } : {}), ...(monitor ? { monitor } : {}) }),
    );
  });
