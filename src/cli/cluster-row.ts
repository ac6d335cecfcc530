import type { CertificateEnd, ClusterKey } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import { splitKey } from '../model/object-key.ts';
import { formatTime } from '../model/time.ts';
import type { RegisteredCluster } from '../sources/registrations.ts';
import type { ClusterAnswer } from './ask-cluster.ts';

/** What is known of one cluster, for people and for programs; times as Kubernetes writes them. */
export interface ClusterRow {
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
  const credentials = registration?.type === 'registered' ? registration.credentials : undefined;
  const end = registration?.type === 'registered' ? firstEnd(registration.certificates) : undefined;
  return {
    ...splitKey(cluster),
    registeredBy: registered?.claims.map(({ by }) => by) ?? [],
    state,
    ...(credentials && { server: credentials.server }),
    ...(answer?.version !== undefined && { version: answer.version }),
    ...(state !== 'live' && since !== undefined && { since }),
    ...(state === 'live' && answer && { releases: answer.releases }),
    ...(answer?.lastEvent !== undefined && { lastEvent: formatTime(answer.lastEvent) }),
    ...(end !== undefined && { certificateEnd: formatTime(end) }),
    ...(failure && { reason: failure.reason, message: failure.message }),
  };
};

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
  const registration = registered?.registration;
  if (!registration)
    return unread ? { state: 'unread', failure: unread } : { state: 'unregistered', failure: notRegistered };
  if (registration.type !== 'registered') return { state: registration.type, failure: registration.failure };
  if (answer?.state.type === 'live') return { state: 'live' };
  return { state: 'lost', failure: answer?.state.type === 'lost' ? answer.state.failure : noAnswer };
};
