import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import type { Identity } from './authorize.ts';
import { createCertificate } from './certificate.ts';
import type { Cluster } from './cluster.ts';
import { handle, type OpenWatches } from './handle.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { definitions, namespaces, type ResourceType } from './resource-type.ts';
import { createStore, type Store } from './store.ts';
import { createObject } from './create.ts';

/** How a server is to be; everything has a default. Times in milliseconds. */
export type ApiServerOptions = {
  readonly name?: string;
  readonly port?: number;
  readonly tokens?: Readonly<Record<string, Identity>>;
  readonly crds?: readonly object[];
  readonly bookmarkEvery?: number;
  readonly futureVersionWait?: number;
};

/** A running server. */
export type ApiServer = {
  readonly name: string;
  readonly url: string;
  /** The certificate to trust, in PEM. */
  readonly ca: string;
  /** A token that may do everything. */
  readonly token: string;
  /** A self-contained kubeconfig; for the administrator's token unless told otherwise. */
  readonly kubeconfig: (options?: { readonly token?: string; readonly namespace?: string }) => string;
  /** Lets another token in. */
  readonly addToken: (token: string, identity: Identity) => void;
  /** Forgets the past: older versions and continue tokens are answered by 410. */
  readonly compact: () => void;
  /** Breaks the connections of all open watches off. */
  readonly cutWatches: () => void;
  /** Stops listening and breaks all connections off; the objects stay, as etcd would keep them. */
  readonly suspend: () => Promise<void>;
  /** Listens again, on the same port. */
  readonly resume: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const seed = (store: Store, type: ResourceType, body: KubernetesObject): void => {
  const writer = { manager: 'sandbox', operation: 'Update', subresource: undefined } as const;
  const request = { type, namespace: undefined, name: '', writer, dryRun: false, force: false, strict: false };
  createObject(store, request, body);
};

const createCluster = (options: ApiServerOptions, token: string): Cluster => {
  const { tokens = {}, crds = [], bookmarkEvery = 60_000, futureVersionWait = 3_000 } = options;
  const store = createStore();
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    seed(store, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const crd of crds) seed(store, definitions, crd as KubernetesObject);
  const admin: Identity = { user: 'sandbox-admin', groups: ['system:masters'] };
  return { store, tokens: new Map([[token, admin], ...Object.entries(tokens)]), bookmarkEvery, futureVersionWait };
};

const toKubeconfig = (name: string, url: string, ca: string, token: string, namespace?: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) } }],
    'current-context': name,
  });

/** Starts a Kubernetes API server in memory: HTTPS on loopback, with a certificate of its own. */
export const startApiServer = async (options: ApiServerOptions = {}): Promise<ApiServer> => {
  const { name = 'sandbox' } = options;
  const token = randomUUID();
  const cluster = createCluster(options, token);
  const { cert, key } = await createCertificate();
  const open: OpenWatches = new Set();
  const server = createServer({ cert, key }, (request, response) => void handle(cluster, request, response, open));
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  server.keepAliveTimeout = 120_000; // as patient as the real one, so that clients may reuse connections
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const port = await listen(options.port ?? 0);
  const url = `https://127.0.0.1:${port}`;
  return {
    name,
    url,
    ca: cert,
    token,
    kubeconfig: ({ token: wanted = token, namespace } = {}) => toKubeconfig(name, url, cert, wanted, namespace),
    addToken: (added, identity) => void cluster.tokens.set(added, identity),
    compact: () => cluster.store.compact(),
    cutWatches: () => open.forEach((response) => response.destroy()),
    suspend: stop,
    resume: async () => {
      await listen(port);
    },
    close: stop,
  };
};
