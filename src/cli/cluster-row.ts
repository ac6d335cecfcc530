import { managementCluster, type CertificateEnd, type ClusterKey } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import { splitKey } from '../model/object-key.ts';
import { formatTime } from '../model/time.ts';
import type { RegisteredCluster } from '../sources/registrations.ts';
import type { ClusterAnswer } from './ask-cluster.ts';

/** What is known of one cluster, for people and for programs; times as Kubernetes writes them. */
export interface ClusterRow {
  /** Empty for the management cluster, which is called `management`. */
  readonly namespace: string;
  readonly name: string;
  /** How it is registered, and by which object. */
  readonly registeredBy: readonly string[];
  readonly server?: string;
  readonly version?: string;
  /** `live`: it answers and its releases may be read. */
  readonly state: 'live' | 'lost' | 'refused' | 'unread' | 'unregistered';
  /** Since when the controller has not seen it, by the status of the Pipelines that name it. */
  readonly since?: string;
  readonly releases?: number;
  readonly lastEvent?: string;
  /** The first of its certificates to end. */
  readonly certificateEnd?: string;
  /** Why it is not live. */
  readonly reason?: string;
  readonly message?: string;
}

/** Everything that a row is made of. */
export interface ClusterFindings {
  readonly cluster: ClusterKey;
  readonly registered: RegisteredCluster | undefined;
  /** Why it may be registered and not be known as that. */
  readonly unread: Failure | undefined;
  readonly answer: ClusterAnswer | undefined;
  readonly since: string | undefined;
}

/** The row of a cluster from all that was found out about it. */
export const clusterRow = ({ cluster, registered, unread, answer, since }: ClusterFindings): ClusterRow => {
  const { state, failure } = stateOf(registered, unread, answer);
  const registration = registered?.registration;
  return {
    ...(cluster === managementCluster ? { namespace: '', name: 'management' } : splitKey(cluster)),
    registeredBy: registered?.claims.map(({ by }) => by) ?? [],
    state,
    ...present({
      ...(registration?.type === 'registered' && { certificateEnd: timeOf(firstEnd(registration.certificates)) }),
      ...(answer && { server: answer.server, version: answer.version, lastEvent: timeOf(answer.lastEvent) }),
      ...(state === 'live' ? { releases: answer?.releases } : { since }),
      ...(failure && { reason: failure.reason, message: failure.message }),
    }),
  };
};

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;

const timeOf = (time: number | undefined): string | undefined => (time === undefined ? undefined : formatTime(time));

const firstEnd = (certificates: readonly CertificateEnd[]): number | undefined =>
  certificates.length > 0 ? Math.min(...certificates.map(({ end }) => end)) : undefined;

const noAnswer: Failure = { remedy: 'retry', reason: 'NoAnswer', message: 'it has not answered in time' };
const notRegistered: Failure = {
  remedy: 'wait',
  reason: 'NotRegistered',
  message: 'a Pipeline names it, and nothing registers it',
};

const stateOf = (
  registered: RegisteredCluster | undefined,
  unread: Failure | undefined,
  answer: ClusterAnswer | undefined,
): { readonly state: ClusterRow['state']; readonly failure?: Failure } => {
  if (answer?.state.type === 'live') return { state: 'live' };
  if (answer) return { state: 'lost', failure: answer.state.type === 'lost' ? answer.state.failure : noAnswer };
  const registration = registered?.registration;
  if (registration && registration.type !== 'registered')
    return { state: registration.type, failure: registration.failure };
  return unread ? { state: 'unread', failure: unread } : { state: 'unregistered', failure: notRegistered };
};
