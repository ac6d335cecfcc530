import { isDeepStrictEqual } from 'node:util';
import {
  combineLatest,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  finalize,
  map,
  merge,
  NEVER,
  of,
  share,
  skip,
  tap,
  type Observable,
} from 'rxjs';
import { connect, type Connection, type ConnectOptions } from '../kube/wire/connection.ts';
import type { Credentials } from '../kube/wire/credentials.ts';
import { managementCluster, type ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import { splitKey } from '../model/object-key.ts';
import { eachEntry } from '../stream/each-entry.ts';
import { watchDeployments } from './deployments.ts';
import type { NamedClusters } from './named-clusters.ts';
import type { Registration } from './registration-secret.ts';
import type { Registrations } from './registrations.ts';
import type { WatchDeps } from './watch-changes.ts';

export interface ClustersDeps extends WatchDeps {
  /** The management cluster, a target like any other when it is named; its connection stays open. */
  readonly connection: Connection;
  readonly registrations: Observable<RegisteredClusters>;
  /** The clusters that targets name: only these are watched. */
  readonly named: Observable<NamedClusters>;
  readonly connecting?: ConnectOptions;
  /** Clusters whose watch is not to be trusted as it is: it is opened anew, from where it stands. */
  readonly doubted?: Observable<ClusterKey>;
}

type RegisteredClusters = Pick<Registrations, 'clusters' | 'unreadIn'>;

type Access = Registration | { readonly type: 'management' };

/** How a cluster is reached, and in which of its namespaces there are targets. */
interface Entry {
  readonly access: Access;
  readonly namespaces: ReadonlySet<string>;
}

/**
 * What runs in the clusters that targets name. A cluster's watch opens with the first target that names it and closes with
 * the last; one whose registration is refused is a fact, whether it is named or not. Another server or authority is another
 * cluster, of whose predecessor nothing stays; with other credentials for the same one its watch goes on from where it is.
 */
export const watchClusters = ({ registrations, named, ...deps }: ClustersDeps): Observable<Fact> =>
  combineLatest([registrations, named]).pipe(
    map(([registered, wanted]) => entriesOf(accessTo(registered, wanted), wanted)),
    eachEntry<ClusterKey, Entry, Fact>({
      open: (cluster, entry, before, entries) =>
        concat(
          before && isOther(before.access, entry.access) ? of(closed(cluster)) : EMPTY,
          factsOf(cluster, entry.access, entries, deps),
        ),
      closed,
      same: isDeepStrictEqual,
      continues: (before, after) => isContinued(before.access, after.access),
    }),
  );

const closed = (cluster: ClusterKey): Fact => ({ type: 'cluster-closed', cluster });

const accessTo = (
  { clusters, unreadIn }: RegisteredClusters,
  wanted: NamedClusters,
): ReadonlyMap<ClusterKey, Access> => {
  const access = new Map<ClusterKey, Access>();
  for (const [cluster, { registration }] of clusters)
    if (registration.type === 'refused' || wanted.has(cluster)) access.set(cluster, registration);
  for (const cluster of wanted.keys()) {
    const failure = access.has(cluster) ? undefined : unreadIn(splitKey(cluster).namespace);
    if (failure) access.set(cluster, { type: 'unread', failure });
  }
  if (wanted.has(managementCluster)) access.set(managementCluster, { type: 'management' });
  return access;
};

const entriesOf = (access: ReadonlyMap<ClusterKey, Access>, wanted: NamedClusters): ReadonlyMap<ClusterKey, Entry> =>
  new Map(
    [...access].map(([cluster, way]) => [cluster, { access: way, namespaces: wanted.get(cluster) ?? new Set() }]),
  );

const isOther = (before: Access, after: Access): boolean =>
  before.type === 'registered' &&
  after.type === 'registered' &&
  (before.credentials.server !== after.credentials.server || before.credentials.ca !== after.credentials.ca);

const isContinued = (before: Access, after: Access): boolean =>
  before.type === 'registered' && after.type === 'registered'
    ? !isOther(before, after) && before.credentials.proxy === after.credentials.proxy
    : isDeepStrictEqual(before, after);

const factsOf = (
  cluster: ClusterKey,
  access: Access,
  entries: Observable<Entry>,
  deps: Omit<ClustersDeps, 'registrations' | 'named'>,
): Observable<Fact> => {
  switch (access.type) {
    case 'management':
      return watchDeployments({
        ...deps,
        cluster,
        renewed: doubtsOf(cluster, deps.doubted),
        namespaces: namespacesIn(entries),
      });
    case 'registered':
      return watchLeaf(cluster, access.credentials, entries, deps);
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
  first: Credentials,
  entries: Observable<Entry>,
  { connecting, doubted, ...deps }: Omit<ClustersDeps, 'registrations' | 'named'>,
): Observable<Fact> =>
  defer(() => {
    let credentials = first;
    const connection = connect(() => credentials, connecting);
    const rotated = entries.pipe(
      map(({ access }) => (access.type === 'registered' ? access.credentials : credentials)),
      distinctUntilChanged<Credentials>(isDeepStrictEqual),
      skip(1),
      tap((next) => (credentials = next)),
    );
    const renewed = merge(rotated, doubtsOf(cluster, doubted)).pipe(
      // What was opened with the old credentials ends with them, and what may be dead is not used again.
      tap(() => connection.close()),
      share(),
    );
    const watching = { ...deps, cluster, connection, renewed, namespaces: namespacesIn(entries) };
    return watchDeployments(watching).pipe(finalize(() => connection.close()));
  });

const doubtsOf = (cluster: ClusterKey, doubted: Observable<ClusterKey> = NEVER): Observable<ClusterKey> =>
  doubted.pipe(filter((one) => one === cluster));

const namespacesIn = (entries: Observable<Entry>): Observable<ReadonlySet<string>> =>
  entries.pipe(
    map(({ namespaces }) => namespaces),
    distinctUntilChanged<ReadonlySet<string>>(isDeepStrictEqual),
  );
