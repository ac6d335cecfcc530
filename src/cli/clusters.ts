import { connect, type Connection } from '../kube/wire/connection.ts';
import { connectManagement } from '../kube/call/management.ts';
import type { Clock } from '../model/clock.ts';
import { managementCluster, type ClusterKey } from '../model/cluster.ts';
import { splitKey } from '../model/object-key.ts';
import { allowedBy } from '../settings.ts';
import type { Registration } from '../sources/registration-secret.ts';
import { askCluster } from './ask-cluster.ts';
import { clusterRow, type ClusterRow } from './cluster-row.ts';
import type { ClustersOptions } from './clusters-flags.ts';
import { clustersTable } from './clusters-table.ts';
import { readFleet, type Fleet } from './read-fleet.ts';

/** What to print, what to tell beside it, and whether every cluster answers. */
export interface ClustersReport {
  readonly text: string;
  readonly notes: readonly string[];
  readonly ok: boolean;
}

/**
 * Asks every cluster that is registered or that a Pipeline names (which may be the management cluster itself), all at once
 * and each once, with the rights of whoever runs it: the controller is not asked, and need not run. Throws a FailureError
 * when no management cluster is named.
 */
export const reportClusters = async (options: ClustersOptions, clock: Clock): Promise<ClustersReport> => {
  const { output, timeout, registrationNamespaces: namespaces } = options;
  const { connection } = connectManagement(options);
  try {
    const fleet = await readFleet({ connection, clock, namespaces, allowed: allowedBy(options), timeout });
    const rows = await Promise.all(clustersIn(fleet).map((cluster) => rowOf(cluster, fleet, clock, options)));
    const notes = notesOn(fleet, namespaces);
    const json = () => `${JSON.stringify(rows, undefined, 2)}\n`;
    return {
      text: output === 'json' ? json() : rows.length > 0 ? clustersTable(rows, clock.now()) : '',
      notes: rows.length > 0 || notes.length > 0 ? notes : [`no cluster is registered in ${namespaces.join(', ')}`],
      ok: notes.length === 0 && rows.every(({ state }) => state === 'live'),
    };
  } finally {
    connection.close();
  }
};

const clustersIn = ({ registrations, named }: Fleet): readonly ClusterKey[] =>
  [...new Set([...registrations.clusters.keys(), ...named.keys()])].sort();

const rowOf = async (
  cluster: ClusterKey,
  fleet: Fleet,
  clock: Clock,
  options: ClustersOptions,
): Promise<ClusterRow> => {
  const { registrations, named, unseenSince } = fleet;
  const registered = registrations.clusters.get(cluster);
  const connection = connectionWith(cluster, registered?.registration, options);
  const namespaces = named.get(cluster) ?? new Set<string>();
  return clusterRow({
    cluster,
    registered,
    unread: registrations.unreadIn(splitKey(cluster).namespace),
    since: unseenSince(cluster),
    answer: connection && (await askCluster(cluster, connection, { namespaces, clock, timeout: options.timeout })),
  });
};

const connectionWith = (
  cluster: ClusterKey,
  registration: Registration | undefined,
  options: ClustersOptions,
): Connection | undefined => {
  const limits = { connect: options.timeout, firstByte: options.timeout };
  if (cluster === managementCluster) return connectManagement(options, { limits }).connection;
  return registration?.type === 'registered' ? connect(registration.credentials, { limits }) : undefined;
};

/** Why there may be clusters that are not shown; no namespace has the empty name, but GitopsClusters lie in all. */
const notesOn = ({ registrations }: Fleet, namespaces: readonly string[]): readonly string[] => [
  ...new Set(['', ...namespaces].flatMap((namespace) => registrations.unreadIn(namespace)?.message ?? [])),
];
