import type { Credentials } from '../kube/credentials.ts';
import { parseKubeconfig } from '../kube/kubeconfig.ts';
import type { Allowed } from '../kube/kubeconfig-endpoint.ts';
import type { ClusterKey } from '../model/cluster.ts';
import { FailureError, type Failure } from '../model/failure.ts';
import { objectKey, type ObjectKey } from '../model/object-key.ts';
import { recordOf, textOf } from '../model/reading.ts';

/** The label that makes a Secret the registration of a leaf cluster; its value is the cluster's name. */
export const clusterLabel = 'pipelines.weave.works/cluster';

/** The data keys that may hold the kubeconfig, in their order: each is what some component of the field writes. */
const kubeconfigKeys = ['value', 'value.yaml', 'kubeconfig'] as const;

/** What a cluster's name stands for: credentials to watch it with, or the reason why there are none. */
export type Registration =
  | { readonly type: 'registered'; readonly credentials: Credentials }
  | { readonly type: 'refused'; readonly failure: Failure };

/** A labelled Secret, and the registration that it makes if no other makes the same. */
export interface RegistrationSecret {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly cluster: ClusterKey;
  readonly registration: Registration;
}

/** Reads a labelled Secret. It never throws: what cannot be used is a refusal that names the Secret and the field. */
export const readRegistration = (raw: unknown, allowed: Allowed): RegistrationSecret => {
  const { metadata, data } = recordOf(raw);
  const { namespace, name, uid, labels } = recordOf(metadata);
  const key = objectKey(textOf(namespace) ?? '', textOf(name) ?? '');
  return {
    key,
    uid: textOf(uid) ?? '',
    cluster: objectKey(textOf(namespace) ?? '', textOf(recordOf(labels)[clusterLabel]) ?? ''),
    registration: registrationIn(recordOf(data), key, allowed),
  };
};

const registrationIn = (data: Readonly<Record<string, unknown>>, key: ObjectKey, allowed: Allowed): Registration => {
  const base64 = kubeconfigKeys.map((name) => textOf(data[name])).find((value) => value !== undefined);
  if (base64 === undefined)
    return refused('KubeconfigMissing', `Secret ${key}: needs a kubeconfig under \`${kubeconfigKeys.join('`, `')}\``);
  try {
    return {
      type: 'registered',
      credentials: parseKubeconfig(Buffer.from(base64, 'base64').toString('utf8'), allowed),
    };
  } catch (error) {
    // The text of an error that is not ours might quote the kubeconfig.
    const failure = error instanceof FailureError ? error.failure : undefined;
    return refused('KubeconfigRefused', `Secret ${key}: ${failure?.message ?? 'the kubeconfig cannot be read'}`);
  }
};

const refused = (reason: string, message: string): Registration => ({
  type: 'refused',
  failure: { remedy: 'give-up', reason, message },
});

/** The registrations that these Secrets make together: a name that several claim is refused to all of them. */
export const registrationsOf = (secrets: readonly RegistrationSecret[]): ReadonlyMap<ClusterKey, Registration> => {
  const claims = new Map<ClusterKey, RegistrationSecret[]>();
  for (const secret of secrets) claims.set(secret.cluster, [...(claims.get(secret.cluster) ?? []), secret]);
  return new Map([...claims].map(([cluster, claimants]) => [cluster, settled(cluster, claimants)]));
};

const settled = (cluster: ClusterKey, [first, ...others]: readonly RegistrationSecret[]): Registration => {
  if (first && others.length === 0) return first.registration;
  const names = [first, ...others].map((secret) => secret?.key ?? '').sort();
  return refused(
    'ClusterRegisteredTwice',
    `cluster ${cluster} is registered by the Secrets ${names.join(' and ')}: remove the label ${clusterLabel} from all but one`,
  );
};
