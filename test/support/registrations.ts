import { stringify } from 'yaml';
import { clusterLabel } from '../../src/sources/registration-secret.ts';

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The kind of the Weave tools, as far as a registration needs it. */
export const gitopsClusterCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gitopsclusters.gitops.weave.works' },
  spec: {
    group: 'gitops.weave.works',
    names: {
      kind: 'GitopsCluster',
      listKind: 'GitopsClusterList',
      plural: 'gitopsclusters',
      singular: 'gitopscluster',
    },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
      },
    ],
  },
};

/** A kubeconfig with a token for a server. */
const aKubeconfig = (server: string): string =>
  stringify({
    'current-context': 'leaf',
    clusters: [{ name: 'leaf', cluster: { server } }],
    users: [{ name: 'leafwatch', user: { token: 'a-token' } }],
    contexts: [{ name: 'leaf', context: { cluster: 'leaf', user: 'leafwatch' } }],
  });

const aSecret = (name: string, labels: Readonly<Record<string, string>>, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'fleet', labels },
  data: Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const),
  ),
});

/** A Secret of namespace `fleet` with the kubeconfig of a server; with a cluster's name, one that registers it by label. */
export const aKubeconfigSecret = (name: string, server: string, key = 'value', cluster?: string) =>
  aSecret(name, cluster === undefined ? {} : { [clusterLabel]: cluster }, { [key]: aKubeconfig(server) });

/** A Secret of a Cluster API cluster, as Cluster API names and labels them. */
export const aClusterApiSecret = (cluster: string, purpose: 'kubeconfig' | 'ca', server: string) =>
  aSecret(`${cluster}-${purpose}`, { 'cluster.x-k8s.io/cluster-name': cluster }, { value: aKubeconfig(server) });

/** A GitopsCluster of namespace `fleet`. */
export const aGitopsCluster = (name: string, spec: object) => ({
  apiVersion: 'gitops.weave.works/v1alpha1',
  kind: 'GitopsCluster',
  metadata: { name, namespace: 'fleet' },
  spec,
});
