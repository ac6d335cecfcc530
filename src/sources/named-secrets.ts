import { combineLatest, map, scan, startWith, type Observable } from 'rxjs';
import type { ClusterKey } from '../model/cluster.ts';
import { splitKey, type ObjectKey } from '../model/object-key.ts';
import { eachEntry } from '../stream/each-entry.ts';
import { watchHeld, type Held } from './held.ts';
import type { Claims, ClaimsDeps } from './registration-claims.ts';
import { identity, readKubeconfigSecret, secretsIn, type KubeconfigSecret } from './registration-secret.ts';

/** Clusters that are of interest to somebody. */
export type Wanted = Pick<ReadonlySet<ClusterKey>, 'has'>;

export type NamedSecrets = ReadonlyMap<ObjectKey, Held<KubeconfigSecret>>;

/**
 * The Secrets that claims only name, each watched by its name for as long as its cluster is wanted: as kubelets read Secrets,
 * and all that it needs is a Role with `resourceNames`.
 */
export const watchNamedSecrets = (
  claims: Observable<Claims>,
  wanted: Observable<Wanted>,
  { connection, allowed, ...deps }: Omit<ClaimsDeps, 'namespaces'>,
): Observable<NamedSecrets> => {
  const reading = { ...identity, project: (raw: unknown) => readKubeconfigSecret(raw, allowed) };
  const open = (key: ObjectKey) => {
    const { namespace, name } = splitKey(key);
    const secret = secretsIn(namespace, { fieldSelector: `metadata.name=${name}` });
    return watchHeld<KubeconfigSecret>(connection, secret, reading, deps).pipe(map((held): Read => [key, held]));
  };
  const nothing: NamedSecrets = new Map();
  return combineLatest([claims, wanted]).pipe(
    map(secretsToRead),
    eachEntry<ObjectKey, true, Read>({ open, closed: (key) => [key, undefined], same: () => true }),
    scan(secretsAfter, nothing),
    startWith(nothing),
  );
};

type Read = readonly [ObjectKey, Held<KubeconfigSecret> | undefined];

const secretsAfter = (secrets: NamedSecrets, [key, held]: Read): NamedSecrets => {
  const after = new Map(secrets);
  if (held === undefined) after.delete(key);
  else after.set(key, held);
  return after;
};

const secretsToRead = ([{ claimed, labelled }, wanted]: readonly [Claims, Wanted]): ReadonlyMap<ObjectKey, true> => {
  const named = [...claimed].flatMap(([cluster, { secret }]) =>
    wanted.has(cluster) && typeof secret === 'string' && !labelled.has(secret) ? [secret] : [],
  );
  return new Map(named.map((secret) => [secret, true]));
};
