import { asyncScheduler, lastValueFrom, of, takeUntil, takeWhile, tap, timer } from 'rxjs';
import { askJson } from '../kube/wire/ask-json.ts';
import type { Connection } from '../kube/wire/connection.ts';
import type { Clock } from '../model/clock.ts';
import type { ClusterKey, ClusterState } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { Failure } from '../model/failure.ts';
import type { HelmRelease } from '../model/helm-release.ts';
import { recordOf, textOf } from '../model/reading.ts';
import { createWorld } from '../model/world.ts';
import { watchDeployments } from '../sources/deployments.ts';

/** What one cluster said when it was asked once; a cluster that did not answer in time is still `opening`. */
export interface ClusterAnswer {
  readonly server: string;
  readonly state: ClusterState;
  readonly version: string | undefined;
  readonly releases: number;
  /** When something last happened to one of its releases, milliseconds. */
  readonly lastEvent: number | undefined;
}

export interface AskClusterOptions {
  /** Where targets are: read one by one when the cluster may not be read as a whole. */
  readonly namespaces: ReadonlySet<string>;
  readonly clock: Clock;
  readonly timeout: number;
}

const isNarrowedToNothing = (fact: Fact): boolean => fact.type === 'cluster-narrowed' && fact.namespaces.length === 0;

const nowhereToRead: Failure = {
  remedy: 'wait',
  reason: 'Forbidden',
  message: 'its kubeconfig may not list all HelmReleases, and no Pipeline names a namespace of it',
};

const silent = { info: () => undefined, warn: () => undefined };

/**
 * Asks a cluster what it is and lists its releases, as the controller does, until it answers or fails, and closes the
 * connection; never rejects.
 */
export const askCluster = async (
  cluster: ClusterKey,
  connection: Connection,
  { namespaces, clock, timeout }: AskClusterOptions,
): Promise<ClusterAnswer> => {
  const world = createWorld();
  const times: number[] = [];
  const facts = watchDeployments({ cluster, connection, clock, log: silent, namespaces: of(namespaces) }).pipe(
    tap((fact) => {
      world.learn(fact);
      if (fact.type === 'releases-listed') times.push(...fact.releases.flatMap(timesOf));
    }),
    takeWhile((fact) => world.cluster(cluster).type === 'opening' && !isNarrowedToNothing(fact), true),
    takeUntil(timer(timeout)),
  );
  const asked = lastValueFrom(facts, { defaultValue: undefined });
  const [version, last] = await Promise.all([versionOf(connection, clock, timeout), asked]);
  connection.close();
  return {
    server: connection.server,
    state:
      last && isNarrowedToNothing(last)
        ? { type: 'lost', since: clock.now(), failure: nowhereToRead }
        : world.cluster(cluster),
    version,
    releases: world.releaseCount(cluster),
    lastEvent: times.length > 0 ? Math.max(...times) : undefined,
  };
};

const timesOf = ({ ready, deployed }: HelmRelease): readonly number[] =>
  [ready?.since, deployed?.lastDeployed].filter((time) => time !== undefined);

const versionOf = async (connection: Connection, clock: Clock, timeout: number): Promise<string | undefined> => {
  const asking = { connection, signal: AbortSignal.timeout(timeout), clock, scheduler: asyncScheduler };
  try {
    return textOf(recordOf(await askJson(asking, '/version'))['gitVersion']);
  } catch {
    // Why it does not answer is told by the list of its releases.
    return undefined;
  }
};
