import { tap, type Observable, type SchedulerLike } from 'rxjs';
import type { Connection } from '../kube/wire/connection.ts';
import type { Gate } from '../kube/watch/gate.ts';
import { titleOf, type Resource } from '../kube/watch/resource.ts';
import { watch } from '../kube/watch/watcher.ts';
import type { Clock } from '../model/clock.ts';
import { clusterTitle, managementCluster, type ClusterKey } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import type { Log } from '../telemetry/log.ts';
import { reflect, type Change, type Identity } from '../stream/reflect.ts';

/** What every watch needs beside the cluster. */
export interface WatchDeps {
  /** What is watched, for people; the management cluster when absent. */
  readonly cluster?: ClusterKey;
  readonly clock: Clock;
  readonly scheduler?: SchedulerLike;
  /** Shared by all watches, so that they do not all list at once. */
  readonly gate?: Gate;
  /** That the credentials of the connection were replaced. */
  readonly renewed?: Observable<unknown>;
  /** Where a watch says what no fact does. */
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** The changes of a resource's objects as they are projected; each loss of the watch, and its end, is logged once. */
export const watchChanges = <T>(
  connection: Connection,
  resource: Resource,
  reading: Identity<T> & { readonly project: (raw: unknown) => T },
  { log, cluster = managementCluster, ...deps }: WatchDeps,
): Observable<Change<T, Failure>> => {
  const { server } = connection;
  const fields = { cluster, resource: titleOf(resource), namespace: resource.namespace, server };
  const puzzled = (message: string) => log.warn(message, fields);
  let lost = false;
  return watch(connection, resource, { ...deps, project: reading.project, puzzled }).pipe(
    reflect<T, Failure>(reading),
    tap((change) => {
      if (change.type === 'lost') {
        lost = true;
        log.warn(`watch lost: ${clusterTitle(cluster)}: ${change.failure.message}`, {
          ...fields,
          reason: change.failure.reason,
        });
      } else if (lost) {
        lost = false;
        log.info(`watch live again: ${clusterTitle(cluster)}`, fields);
      }
    }),
  );
};
