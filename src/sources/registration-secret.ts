import { isDeepStrictEqual } from 'node:util';
import { certificateEnds } from '../kube/kubeconfig/certificate-ends.ts';
import type { Credentials } from '../kube/wire/credentials.ts';
import { parseKubeconfig } from '../kube/kubeconfig/kubeconfig.ts';
import type { Allowed } from '../kube/kubeconfig/kubeconfig-endpoint.ts';
import type { Resource } from '../kube/watch/resource.ts';
import type { CertificateEnd } from '../model/cluster.ts';
import { FailureError, type Failure } from '../model/failure.ts';
import { objectKey, type ObjectKey } from '../model/object-key.ts';
import { recordOf, textOf } from '../model/reading.ts';
import type { Claim } from './registration-claim.ts';

/** The label that makes a Secret the registration of a leaf cluster; its value is the cluster's name. */
export const clusterLabel = 'pipelines.weave.works/cluster';

/** The label that Cluster API puts on all Secrets of a cluster: on its kubeconfig, and on the keys of its authorities. */
export const clusterApiLabel = 'cluster.x-k8s.io/cluster-name';

/** The data keys that may hold the kubeconfig, in their order: each is what some component of the field writes. */
const kubeconfigKeys = ['value', 'value.yaml', 'kubeconfig'] as const;

/**
 * What a cluster's name stands for: credentials to watch it with, the reason why a person must act before there are any,
 * or the reason why they cannot be read now.
 */
export type Registration =
  | {
      readonly type: 'registered';
      readonly credentials: Credentials;
      readonly certificates: readonly CertificateEnd[];
    }
  | { readonly type: 'refused'; readonly failure: Failure }
  | { readonly type: 'unread'; readonly failure: Failure };

/** A Secret with a kubeconfig, and what can be made of that. */
export interface KubeconfigSecret {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly registration: Registration;
}

/** What an object says about which cluster is registered by it; no claim when it is not meant for that. */
export interface ClaimingObject {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly claim: Claim | undefined;
}

export type LabelledSecret = KubeconfigSecret & ClaimingObject;

/** How objects that have to do with registrations are told apart, and what in them is news. */
export const identity = {
  key: ({ key }: { readonly key: ObjectKey }) => key,
  uid: ({ uid }: { readonly uid: string }) => uid,
  same: (before: object, after: object) => isDeepStrictEqual(before, after),
};

/** Secrets of one namespace that a selector picks. */
export const secretsIn = (
  namespace: string,
  selector: Pick<Resource, 'labelSelector'> | Pick<Resource, 'fieldSelector'>,
): Resource => ({ group: '', versions: ['v1'], plural: 'secrets', namespace, ...selector });

/** Where the kubeconfig of a Cluster API cluster lies. */
const clusterApiSecret = (namespace: string, cluster: string): ObjectKey =>
  objectKey(namespace, `${cluster}-kubeconfig`);

/** Reads a Secret with a kubeconfig. It never throws: what cannot be used is a refusal that names the Secret and the field. */
export const readKubeconfigSecret = (raw: unknown, allowed: Allowed): KubeconfigSecret => {
  const { key, uid } = identityOf(raw);
  return { key, uid, registration: registrationIn(recordOf(recordOf(raw)['data']), key, allowed) };
};

/** Reads a Secret with our label: the cluster that it registers, and its kubeconfig. */
export const readLabelledSecret = (raw: unknown, allowed: Allowed): LabelledSecret => {
  const secret = readKubeconfigSecret(raw, allowed);
  const { namespace, labels } = identityOf(raw);
  const cluster = objectKey(namespace, textOf(labels[clusterLabel]) ?? '');
  return { ...secret, claim: { cluster, way: 'Secret', by: `Secret ${secret.key}`, secret: secret.key } };
};

/** Reads the metadata of a Secret with Cluster API's label; only the one with the kubeconfig registers the cluster. */
export const readClusterApiSecret = (raw: unknown): ClaimingObject => {
  const { key, uid, namespace, labels } = identityOf(raw);
  const name = textOf(labels[clusterApiLabel]) ?? '';
  if (key !== clusterApiSecret(namespace, name)) return { key, uid, claim: undefined };
  const cluster = objectKey(namespace, name);
  return { key, uid, claim: { cluster, way: 'ClusterAPI', by: `Cluster API Secret ${key}`, secret: key } };
};

/** Reads a GitopsCluster: the Secret that it names has the kubeconfig. */
export const readGitopsCluster = (raw: unknown): ClaimingObject => {
  const { key, uid, namespace } = identityOf(raw);
  const { secretRef, capiClusterRef } = recordOf(recordOf(raw)['spec']);
  const named = textOf(recordOf(secretRef)['name']);
  const clusterApi = textOf(recordOf(capiClusterRef)['name']);
  const by = `GitopsCluster ${key}`;
  const claim = (secret: ObjectKey | Failure): ClaimingObject => ({
    key,
    uid,
    claim: { cluster: key, way: 'GitopsCluster', by, secret },
  });
  if (named !== undefined) return claim(objectKey(namespace, named));
  if (clusterApi !== undefined) return claim(clusterApiSecret(namespace, clusterApi));
  return claim({
    remedy: 'give-up',
    reason: 'SecretNotNamed',
    message: `${by}: needs spec.secretRef or spec.capiClusterRef`,
  });
};

const identityOf = (raw: unknown) => {
  const metadata = recordOf(recordOf(raw)['metadata']);
  const namespace = textOf(metadata['namespace']) ?? '';
  return {
    key: objectKey(namespace, textOf(metadata['name']) ?? ''),
    uid: textOf(metadata['uid']) ?? '',
    namespace,
    labels: recordOf(metadata['labels']),
  };
};

const registrationIn = (data: Readonly<Record<string, unknown>>, key: ObjectKey, allowed: Allowed): Registration => {
  const base64 = kubeconfigKeys.map((name) => textOf(data[name])).find((value) => value !== undefined);
  if (base64 === undefined)
    return refused('KubeconfigMissing', `Secret ${key}: needs a kubeconfig under \`${kubeconfigKeys.join('`, `')}\``);
  try {
    const credentials = parseKubeconfig(Buffer.from(base64, 'base64').toString('utf8'), allowed);
    return { type: 'registered', credentials, certificates: certificatesOf(credentials, key) };
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

const certificatesOf = (credentials: Credentials, secret: ObjectKey): readonly CertificateEnd[] => {
  const { client, authority } = certificateEnds(credentials);
  return [
    ...(client === undefined ? [] : [{ of: 'client certificate', end: client, secret } as const]),
    ...(authority === undefined ? [] : [{ of: 'certificate authority', end: authority, secret } as const]),
  ];
};
