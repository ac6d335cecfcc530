import { lastValueFrom, merge, of, Subject, takeUntil, takeWhile, timer, toArray, type Observable } from 'rxjs';
import type { Connection } from '../kube/wire/connection.ts';
import type { Allowed } from '../kube/kubeconfig/kubeconfig-endpoint.ts';
import type { Clock } from '../model/clock.ts';
import { clusterOf, type ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { namedClusters, type NamedClusters } from '../sources/named-clusters.ts';
import { watchPipelines } from '../sources/pipelines.ts';
import { watchRegistrations, type Registrations } from '../sources/registrations.ts';

/** What the management cluster says about clusters. */
export interface Fleet {
  readonly registrations: Registrations;
  /** The clusters that Pipelines name, and where in them. */
  readonly named: NamedClusters;
  /** Since when the controller has not seen a cluster, as the Pipelines' status tells. */
  readonly unseenSince: (cluster: ClusterKey) => string | undefined;
}

export interface ReadFleetOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly namespaces: readonly string[];
  readonly allowed: Allowed;
  readonly timeout: number;
}

/** Reads registrations and Pipelines once, until everything was answered or refused, or the time is over. */
export const readFleet = async ({ timeout, namespaces, allowed, ...deps }: ReadFleetOptions): Promise<Fleet> => {
  const log = { info: () => undefined, warn: () => undefined };
  const wanted = of({ has: () => true });
  const registrations = watchRegistrations({ ...deps, log, namespaces, allowed, wanted }).pipe(
    takeWhile(({ beingRead }) => beingRead, true),
    takeUntil(timer(timeout)),
  );
  const [newest, facts] = await Promise.all([lastValueFrom(registrations), factsOfPipelines(deps, timeout)]);
  const named: Observable<NamedClusters> = namedClusters(of(...facts));
  const pipelines = facts.flatMap((fact) => (fact.type === 'pipeline-seen' ? [fact.pipeline] : []));
  return {
    registrations: newest,
    named: await lastValueFrom(named, { defaultValue: new Map<ClusterKey, ReadonlySet<string>>() }),
    unseenSince: (cluster) => earliest(pipelines.flatMap((pipeline) => sincesIn(pipeline, cluster))),
  };
};

/** Who may not read Pipelines is not kept waiting for them. */
const factsOfPipelines = (
  deps: Pick<ReadFleetOptions, 'connection' | 'clock'>,
  timeout: number,
): Promise<readonly Fact[]> => {
  const refused = new Subject<void>();
  const log = { info: () => undefined, warn: () => refused.next() };
  return lastValueFrom(
    watchPipelines({ ...deps, log, crossNamespaceRefs: true }).pipe(
      takeWhile(({ type }) => type !== 'pipelines-listed', true),
      takeUntil(merge(timer(timeout), refused)),
      toArray(),
    ),
  );
};

const sincesIn = ({ metadata, spec, status }: Pipeline, cluster: ClusterKey): readonly string[] =>
  spec.environments.flatMap(({ name, targets }) =>
    targets.flatMap((target, index) => {
      const since = status.environments?.[name]?.targets?.[index]?.unseenSince;
      return clusterOf(target, metadata.namespace) === cluster && since !== undefined ? [since] : [];
    }),
  );

const earliest = (times: readonly string[]): string | undefined => [...times].sort()[0];
