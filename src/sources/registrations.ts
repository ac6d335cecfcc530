import { combineLatest, defer, map, ReplaySubject, share, type Observable } from 'rxjs';
import type { ClusterKey } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { beingRead, type Held } from './held.ts';
import { watchNamedSecrets, type NamedSecrets, type Wanted } from './named-secrets.ts';
import type { ClaimedCluster } from './registration-claim.ts';
import { watchClaims, type Claims, type ClaimsDeps } from './registration-claims.ts';
import type { Registration } from './registration-secret.ts';

export interface RegistrationsDeps extends ClaimsDeps {
  /** The clusters whose Secrets are read where a registration only names them. */
  readonly wanted: Observable<Wanted>;
}

/** A registered cluster: who registered it, and what that comes to. */
export interface RegisteredCluster extends ClaimedCluster {
  readonly registration: Registration;
}

/** The clusters that are registered, and why in a namespace there may be more of them. */
export interface Registrations {
  readonly clusters: ReadonlyMap<ClusterKey, RegisteredCluster>;
  /** Whether something that is wanted has not answered yet. */
  readonly beingRead: boolean;
  readonly unreadIn: (namespace: string) => Failure | undefined;
}

/**
 * The clusters that are registered, by any of the three ways, as they are now; and where that cannot be told, why. Of Secrets only
 * those are read that carry our label, or that a Cluster API Secret's metadata or a GitopsCluster names for a wanted cluster.
 */
export const watchRegistrations = ({ wanted, ...deps }: RegistrationsDeps): Observable<Registrations> =>
  defer(() => {
    const claims = watchClaims(deps).pipe(share({ connector: () => new ReplaySubject(1) }));
    return combineLatest([claims, watchNamedSecrets(claims, wanted, deps)]).pipe(map(registrationsOf));
  });

const registrationsOf = ([claims, named]: readonly [Claims, NamedSecrets]): Registrations => {
  const clusters = [...claims.claimed].map(([cluster, claimed]) => {
    const { secret } = claimed;
    const registration = typeof secret === 'string' ? contentOf(secret, claimed, claims, named) : refused(secret);
    return [cluster, { ...claimed, registration }] as const;
  });
  const isBeingRead = ({ unread: why }: Held<unknown>): boolean => why === beingRead;
  return {
    clusters: new Map(clusters),
    beingRead: claims.beingRead || [...named.values()].some(isBeingRead),
    unreadIn: claims.unreadIn,
  };
};

const contentOf = (
  secret: ObjectKey,
  { claims: [first] }: ClaimedCluster,
  { labelled }: Claims,
  named: NamedSecrets,
): Registration => {
  const held = named.get(secret);
  const found = labelled.get(secret) ?? held?.objects.get(secret);
  if (found) return found.registration;
  const naming = `${first?.by ?? 'a registration'} names Secret ${secret}`;
  const failure = held ? held.unread : beingRead;
  if (failure === beingRead) return unread('retry', beingRead.reason, `${naming}, which is being read`);
  if (failure) return unread(failure.remedy, failure.reason, `${naming}, which cannot be read: ${failure.message}`);
  return unread('wait', 'SecretMissing', `${naming}, which does not exist`);
};

const refused = (failure: Failure): Registration => ({ type: 'refused', failure });

const unread = (remedy: Failure['remedy'], reason: string, message: string): Registration => ({
  type: 'unread',
  failure: { remedy, reason, message },
});
