import { isDeepStrictEqual } from 'node:util';
import { combineLatest, defer, distinctUntilChanged, map, of, scan, type Observable } from 'rxjs';
import type { Connection } from '../kube/connection.ts';
import type { Allowed } from '../kube/kubeconfig-endpoint.ts';
import type { ClusterKey } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import type { ObjectKey } from '../model/object-key.ts';
import type { Change } from '../stream/reflect.ts';
import {
  clusterLabel,
  readRegistration,
  registrationsOf,
  type Registration,
  type RegistrationSecret,
} from './registration-secret.ts';
import { watchChanges, type WatchDeps } from './watch-changes.ts';

export interface RegistrationsDeps extends WatchDeps {
  /** The management cluster. */
  readonly connection: Connection;
  /** Whose labelled Secrets count; each is watched by itself, so that no right to read all Secrets is needed. */
  readonly namespaces: readonly string[];
  readonly allowed: Allowed;
}

/**
 * The clusters that labelled Secrets register, as they are now. Says nothing until each namespace has been listed, or has
 * shown that it cannot be: then what the others register counts.
 */
export const watchRegistrations = ({
  namespaces,
  ...deps
}: RegistrationsDeps): Observable<ReadonlyMap<ClusterKey, Registration>> =>
  namespaces.length === 0
    ? of(new Map())
    : combineLatest(namespaces.map((namespace) => watchSecrets(namespace, deps))).pipe(
        map((secrets) => registrationsOf(secrets.flatMap((held) => [...held.values()]))),
      );

type Secrets = ReadonlyMap<ObjectKey, RegistrationSecret>;

const watchSecrets = (
  namespace: string,
  { connection, allowed, ...deps }: Omit<RegistrationsDeps, 'namespaces'>,
): Observable<Secrets> =>
  defer(() => {
    const resource = {
      group: '',
      versions: ['v1'],
      plural: 'secrets',
      namespace,
      labelSelector: clusterLabel,
    } as const;
    const project = (raw: unknown) => readRegistration(raw, allowed);
    const nothing: Secrets = new Map();
    return watchChanges(connection, resource, { ...identity, project }, deps).pipe(
      scan(secretsAfter, nothing),
      distinctUntilChanged(),
    );
  });

const identity = {
  key: ({ key }: RegistrationSecret) => key,
  uid: ({ uid }: RegistrationSecret) => uid,
  same: (before: RegistrationSecret, after: RegistrationSecret) => isDeepStrictEqual(before, after),
};

/** A watch that is lost leaves what is known as it is. */
const secretsAfter = (held: Secrets, change: Change<RegistrationSecret, Failure>): Secrets => {
  switch (change.type) {
    case 'replaced':
      return new Map(change.objects.map((secret) => [secret.key, secret]));
    case 'apply':
      return new Map([...held, [change.object.key, change.object]]);
    case 'delete':
      return new Map([...held].filter(([key]) => key !== change.object.key));
    case 'resumed':
    case 'lost':
      return held;
  }
};
