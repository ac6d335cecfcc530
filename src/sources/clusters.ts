import { isDeepStrictEqual } from 'node:util';
import { combineLatest, concat, defer, EMPTY, finalize, map, NEVER, of, type Observable } from 'rxjs';
import { connect, type Connection, type ConnectOptions } from '../kube/connection.ts';
import type { Credentials } from '../kube/credentials.ts';
import { managementCluster, type ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import { splitKey } from '../model/object-key.ts';
import { eachEntry } from '../stream/each-entry.ts';
import { watchDeployments } from './deployments.ts';
import type { Registration } from './registration-secret.ts';
import type { Registrations } from './registrations.ts';
import type { WatchDeps } from './watch-changes.ts';

export interface ClustersDeps extends WatchDeps {
  /** The management cluster, a target like any other when it is named; its connection stays open. */
  readonly connection: Connection;
  readonly registrations: Observable<Registrations>;
  /** The clusters that targets name: only these are watched. */
  readonly named: Observable<ReadonlySet<ClusterKey>>;
  readonly connecting?: ConnectOptions;
}

type Access = Registration | { readonly type: 'management' };

/**
 * What runs in the clusters that targets name. A cluster's watch opens with the first target that names it and closes with
 * the last; one whose registration is refused is a fact, whether it is named or not. Another server or authority is another
 * cluster, of whose predecessor nothing stays; other credentials for the same one only open its watch anew.
 */
export const watchClusters = ({ registrations, named, ...deps }: ClustersDeps): Observable<Fact> =>
  combineLatest([registrations, named]).pipe(
    map(([registered, wanted]) => accessTo(registered, wanted)),
    eachEntry<ClusterKey, Access, Fact>({
      open: (cluster, access, before) =>
        concat(isOther(before, access) ? of(closed(cluster)) : EMPTY, factsOf(cluster, access, deps)),
      closed,
      same: isDeepStrictEqual,
    }),
  );

const closed = (cluster: ClusterKey): Fact => ({ type: 'cluster-closed', cluster });

const accessTo = (
  { clusters, unreadIn }: Registrations,
  wanted: ReadonlySet<ClusterKey>,
): ReadonlyMap<ClusterKey, Access> => {
  const access = new Map<ClusterKey, Access>();
  for (const [cluster, { registration }] of clusters)
    if (registration.type === 'refused' || wanted.has(cluster)) access.set(cluster, registration);
  for (const cluster of wanted) {
    const failure = access.has(cluster) ? undefined : unreadIn(splitKey(cluster).namespace);
    if (failure) access.set(cluster, { type: 'unread', failure });
  }
  if (wanted.has(managementCluster)) access.set(managementCluster, { type: 'management' });
  return access;
};

const isOther = (before: Access | undefined, after: Access): boolean =>
  before?.type === 'registered' &&
  after.type === 'registered' &&
  (before.credentials.server !== after.credentials.server || before.credentials.ca !== after.credentials.ca);

const factsOf = (
  cluster: ClusterKey,
  access: Access,
  deps: Omit<ClustersDeps, 'registrations' | 'named'>,
): Observable<Fact> => {
  switch (access.type) {
    case 'management':
      return watchDeployments({ ...deps, cluster });
    case 'registered':
      return watchLeaf(cluster, access.credentials, deps);
    case 'refused':
      return concat(of<Fact>({ type: 'cluster-refused', cluster, failure: access.failure }), NEVER);
    case 'unread':
      return concat(
        of<Fact>({ type: 'cluster-unread', cluster, failure: access.failure, at: deps.clock.now() }),
        NEVER,
      );
  }
};

/** A leaf's connection lives as long as its watch. */
const watchLeaf = (
  cluster: ClusterKey,
  credentials: Credentials,
  { connecting, ...deps }: Omit<ClustersDeps, 'registrations' | 'named'>,
): Observable<Fact> =>
  defer(() => {
    const connection = connect(credentials, connecting);
    return watchDeployments({ ...deps, cluster, connection }).pipe(finalize(() => connection.close()));
  });
