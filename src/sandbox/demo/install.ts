import { readFile } from 'node:fs/promises';
import { parse, parseAllDocuments } from 'yaml';
import type { ApiServer } from '../api-server/start-api-server.ts';
import type { KubeClient } from '../kube-client.ts';
import { isManifest, resourcePath, type Manifest } from '../resource-path.ts';
import { application, credentialsSecret, systemNamespace } from './application.ts';
import { pipeline } from './pipeline.ts';

const root = new URL('../../../', import.meta.url);
const textOf = (path: string) => readFile(new URL(path, root), 'utf8');
const manager = 'kubectl';

/** Applies objects as `kubectl apply --server-side` does. */
const applyAll = async (client: KubeClient, manifests: readonly Manifest[]): Promise<void> => {
  for (const manifest of manifests) {
    const path = await resourcePath(client, manifest);
    if (path === undefined) throw new Error(`the cluster does not know the kind ${manifest.kind}`);
    await client.apply(path, manifest, manager);
  }
};

const applyFile = async (client: KubeClient, path: string): Promise<void> => {
  const documents = parseAllDocuments(await textOf(path)).map((document) => document.toJS() as unknown);
  await applyAll(client, documents.filter(isManifest));
};

/** Installs `manifests/`: what its kustomization lists, in that order. */
export const installLeafwatch = async (management: KubeClient): Promise<void> => {
  const { resources } = parse(await textOf('manifests/kustomization.yaml')) as { resources: readonly string[] };
  for (const resource of resources) await applyFile(management, `manifests/${resource}`);
};

/** What `kubectl create token` prints. */
const createToken = async (client: KubeClient, namespace: string, account: string): Promise<string> => {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const answer = await client.call('POST', path, request);
  if (answer === undefined) throw new Error(`there is no ServiceAccount ${namespace}/${account}`);
  return (answer as { status: { token: string } }).status.token;
};

/** Registers a leaf as `kubeconfigs-example/` says: an account with the least permissions there, its kubeconfig in a labelled Secret here. */
export const registerLeaf = async (management: KubeClient, leaf: ApiServer, client: KubeClient): Promise<void> => {
  await applyFile(client, 'kubeconfigs-example/leaf-rbac.yaml');
  const values: Readonly<Record<string, string>> = {
    SERVER: leaf.url,
    CA: Buffer.from(leaf.ca).toString('base64'),
    TOKEN: await createToken(client, 'leafwatch', 'leafwatch'),
  };
  const template = await textOf('kubeconfigs-example/kubeconfig.yaml');
  const kubeconfig = template.replace(/\$\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
  const secret = parse(await textOf('kubeconfigs-example/register-cluster.yaml')) as Manifest;
  const labels = { 'pipelines.weave.works/cluster': leaf.name };
  const metadata = { ...secret.metadata, name: `${leaf.name}-kubeconfig`, labels };
  await applyAll(management, [{ ...secret, metadata, ...{ stringData: { value: kubeconfig } } }]);
};

/** The application's namespace in the management cluster, with the credentials of its repository and its Pipeline. */
export const createPipeline = async (
  management: KubeClient,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<void> => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: application } };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: application, name: credentialsSecret },
    stringData: { username: 'leafwatch', password: token, token },
  };
  await applyAll(management, [namespace, secret]);
  await applyFile(management, 'manifests/pipeline-namespace.yaml');
  await applyAll(management, [pipeline(url)]);
};

/** A token of the account that `manifests/` makes for Leafwatch. */
export const controllerToken = (management: KubeClient): Promise<string> =>
  createToken(management, systemNamespace, 'leafwatch');
