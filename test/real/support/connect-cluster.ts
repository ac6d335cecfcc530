import { requestJson, type JsonAnswer } from './request-json.ts';
import type { RunningApiServer } from './start-api-server.ts';

type ClusterRequest = {
  /** Whose request it is; the admin's when there is none. */
  readonly token?: string;
  /** For patches: `application/merge-patch+json`, `application/apply-patch+yaml`. */
  readonly contentType?: string;
};

export type Cluster = {
  readonly name: string;
  readonly url: string;
  readonly ca: string;
  readonly adminToken: string;
  readonly pid: () => number;
  /** A self-contained kubeconfig for the bearer of `token`; for the admin when there is none. */
  readonly kubeconfig: (token?: string) => string;
  /** One request to the API server, whatever the answer's status. */
  readonly request: (method: string, path: string, body?: unknown, options?: ClusterRequest) => Promise<JsonAnswer>;
  /** The same, but an answer other than 2xx rejects with what the server said. */
  readonly expect: (method: string, path: string, body?: unknown, options?: ClusterRequest) => Promise<unknown>;
  /** Makes the namespace when it is not there. */
  readonly ensureNamespace: (namespace: string) => Promise<void>;
  /** A bound token of the ServiceAccount, by the TokenRequest API; namespace and account are made when they are not there. */
  readonly serviceAccountToken: (namespace: string, name: string) => Promise<string>;
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
};

const kubeconfig = (name: string, { url, ca }: RunningApiServer, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name, context: { cluster: name, user: 'user' } }],
    'current-context': name,
  });

const refused = (method: string, path: string, { status, body }: JsonAnswer): Error =>
  new Error(`${method} ${path} answers ${status}: ${JSON.stringify(body)}`);

/** What tests do with an API server that runs: requests in anybody's name, kubeconfigs and tokens for them. */
export const connectCluster = (name: string, server: RunningApiServer): Cluster => {
  const request: Cluster['request'] = (method, path, body, { token = server.adminToken, contentType } = {}) =>
    requestJson(`${server.url}${path}`, {
      method,
      ca: server.ca,
      body,
      headers: { authorization: `Bearer ${token}`, ...(contentType && { 'content-type': contentType }) },
    });
  const expect: Cluster['expect'] = async (method, path, body, options) => {
    const answer = await request(method, path, body, options);
    if (answer.status >= 300) throw refused(method, path, answer);
    return answer.body;
  };
  const ensure = async (path: string, body: unknown) => {
    const answer = await request('POST', path, body);
    if (answer.status >= 300 && answer.status !== 409) throw refused('POST', path, answer);
  };
  const ensureNamespace = (namespace: string) => ensure('/api/v1/namespaces', { metadata: { name: namespace } });
  const serviceAccountToken = async (namespace: string, account: string) => {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await ensureNamespace(namespace);
    await ensure(accounts, { metadata: { name: account } });
    const answer = await expect('POST', `${accounts}/${account}/token`, { spec: { expirationSeconds: 3600 } });
    return (answer as { status: { token: string } }).status.token;
  };
  return {
    ...{ name, url: server.url, ca: server.ca, adminToken: server.adminToken, pid: server.pid },
    ...{ kill: server.kill, restart: server.restart, request, expect, ensureNamespace, serviceAccountToken },
    kubeconfig: (token = server.adminToken) => kubeconfig(name, server, token),
  };
};
