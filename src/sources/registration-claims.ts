import { combineLatest, map, of, type Observable } from 'rxjs';
import type { Connection } from '../kube/wire/connection.ts';
import type { Allowed } from '../kube/kubeconfig/kubeconfig-endpoint.ts';
import { metadataOnly } from '../kube/wire/metadata-only.ts';
import type { Resource } from '../kube/watch/resource.ts';
import type { ClusterKey } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { beingRead, watchHeld, type Held } from './held.ts';
import { settleClaims, type ClaimedCluster } from './registration-claim.ts';
import {
  clusterApiLabel,
  clusterLabel,
  identity,
  readClusterApiSecret,
  readGitopsCluster,
  readLabelledSecret,
  secretsIn,
  type ClaimingObject,
  type LabelledSecret,
} from './registration-secret.ts';
import type { WatchDeps } from './watch-changes.ts';

export interface ClaimsDeps extends WatchDeps {
  /** The management cluster. */
  readonly connection: Connection;
  /** Whose Secrets register clusters; each is watched by itself, so that no right to read all Secrets is needed. */
  readonly namespaces: readonly string[];
  readonly allowed: Allowed;
}

/** Which clusters are registered, and how, as far as it can be read. */
export interface Claims {
  readonly claimed: ReadonlyMap<ClusterKey, ClaimedCluster>;
  /** The Secrets that carry our label, whose content came with them. */
  readonly labelled: ReadonlyMap<ObjectKey, LabelledSecret>;
  /** Whether something has not answered yet, neither with objects nor with a failure. */
  readonly beingRead: boolean;
  /** Why there may be clusters in a namespace that are registered and not among `claimed`. */
  readonly unreadIn: (namespace: string) => Failure | undefined;
}

interface HeldIn {
  readonly labelled: Held<LabelledSecret>;
  readonly clusterApi: Held<ClaimingObject>;
}

/** All three ways to register a cluster, watched. Of Cluster API's Secrets only the metadata is asked for: most of them hold keys. */
export const watchClaims = (deps: ClaimsDeps): Observable<Claims> => {
  const { namespaces } = deps;
  const all = namespaces.map((namespace) => watchNamespace(namespace, deps));
  return combineLatest([all.length > 0 ? combineLatest(all) : of([]), watchGitopsClusters(deps)]).pipe(
    map(([held, gitops]) => claimsIn(new Map(namespaces.flatMap((name, at) => zip(name, held[at]))), gitops)),
  );
};

const zip = <T>(name: string, value: T | undefined): [string, T][] => (value === undefined ? [] : [[name, value]]);

const watchNamespace = (
  namespace: string,
  { connection, allowed, ...deps }: Omit<ClaimsDeps, 'namespaces'>,
): Observable<HeldIn> =>
  combineLatest({
    labelled: watchHeld<LabelledSecret>(
      connection,
      secretsIn(namespace, { labelSelector: clusterLabel }),
      { ...identity, project: (raw) => readLabelledSecret(raw, allowed) },
      deps,
    ),
    clusterApi: watchHeld<ClaimingObject>(
      metadataOnly(connection),
      secretsIn(namespace, { labelSelector: clusterApiLabel }),
      { ...identity, project: readClusterApiSecret },
      deps,
    ),
  });

const gitopsClusters: Resource = { group: 'gitops.weave.works', versions: ['v1alpha1'], plural: 'gitopsclusters' };

/** A kind that need not be there: that it is not served is no failure, and no warning. */
const watchGitopsClusters = ({ connection, ...deps }: ClaimsDeps): Observable<Held<ClaimingObject>> => {
  const { info, warn } = deps.log;
  const log: WatchDeps['log'] = {
    info,
    warn: (message, fields) => {
      if (fields?.['reason'] === 'NotServed') info('GitopsClusters are not served here; looked for again', fields);
      else warn(message, fields);
    },
  };
  const reading = { ...identity, project: readGitopsCluster };
  return watchHeld(connection, gitopsClusters, reading, { ...deps, log }).pipe(
    map((held) => (held.unread?.reason === 'NotServed' ? { ...held, unread: undefined } : held)),
  );
};

const claimsIn = (held: ReadonlyMap<string, HeldIn>, gitops: Held<ClaimingObject>): Claims => {
  const inNamespaces = [...held.values()];
  const watches: Held<ClaimingObject>[] = inNamespaces.flatMap(({ labelled, clusterApi }) => [labelled, clusterApi]);
  const all = [...watches, gitops];
  const objects = all.flatMap((watch) => [...watch.objects.values()]);
  return {
    claimed: settleClaims(objects.flatMap(({ claim }) => claim ?? [])),
    beingRead: all.some(({ unread }) => unread === beingRead),
    labelled: new Map(inNamespaces.flatMap(({ labelled }) => [...labelled.objects])),
    unreadIn: (namespace) => {
      const here = held.get(namespace);
      const why = here?.labelled.unread ?? here?.clusterApi.unread ?? gitops.unread;
      return why && { ...why, message: `registrations cannot be read: ${why.message}` };
    },
  };
};
