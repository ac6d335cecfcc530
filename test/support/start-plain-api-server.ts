import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handle, type OpenWatches } from '../../src/sandbox/api-server/handle.ts';
import type { KubernetesObject } from '../../src/sandbox/api-server/kubernetes-object.ts';
import { createStore } from '../../src/sandbox/api-server/store.ts';

/** The sandbox's API server without TLS, so that a network between can see what it carries, and with its store at hand. */
export interface PlainApiServer {
  readonly url: string;
  readonly token: string;
  /** Takes this token for the one that may everything, and no other. */
  readonly accept: (token: string) => void;
  /** The paths of the requests so far, in their order. */
  readonly requests: readonly string[];
  /** Writes a ConfigMap into namespace `apps`, with a uid of its own when it was not there; gives what was stored. */
  readonly put: (name: string, data: string) => KubernetesObject;
  readonly remove: (name: string) => void;
  /** The ConfigMaps there are. */
  readonly held: () => readonly KubernetesObject[];
  readonly version: () => string;
  /** Moves the version on without touching a ConfigMap. */
  readonly turn: () => void;
  readonly compact: () => void;
  /** Ends the open watches: cleanly, or by breaking them off. */
  readonly endWatches: () => void;
  readonly cutWatches: () => void;
  /** Closes its connections, and each that is made until `resume`; its port stays its own, which another might take. */
  readonly suspend: () => void;
  readonly resume: () => void;
  readonly close: () => Promise<void>;
}

const configMaps = 'configmaps';

/** Starts such a server on loopback; it says that it is Kubernetes 1.`minor`. */
export const startPlainApiServer = async ({
  bookmarkEvery = 60_000,
  firstVersion = 100,
  minor = 35,
} = {}): Promise<PlainApiServer> => {
  const token = 'admin';
  const store = createStore(firstVersion);
  const admin = { user: 'admin', groups: ['system:masters'] };
  const tokens = new Map([[token, admin]]);
  const open: OpenWatches = new Set();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (request.url === '/version') response.end(JSON.stringify({ major: '1', minor: String(minor) }));
    else void handle({ store, tokens, bookmarkEvery, futureVersionWait: 1 }, request, response, open);
  });
  let away = false;
  server.on('connection', (socket) => away && socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let made = 0;
  const stored = (name: string) => store.get(configMaps, `apps/${name}`);
  const put: PlainApiServer['put'] = (name, data) => {
    const uid = stored(name)?.metadata.uid ?? `uid-${(made += 1)}`;
    const metadata = { name, namespace: 'apps', uid };
    return store.put(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { is: data } });
  };
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    accept: (other) => {
      tokens.clear();
      tokens.set(other, admin);
    },
    requests,
    put,
    remove: (name) => {
      const found = stored(name);
      if (found) store.remove(configMaps, found);
    },
    held: () => store.list(configMaps),
    version: () => String(store.version()),
    turn: () =>
      void store.put('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'apps' } }),
    compact: () => store.compact(),
    endWatches: () => store.end(configMaps),
    cutWatches: () => open.forEach((response) => response.destroy()),
    suspend: () => {
      away = true;
      server.closeAllConnections();
    },
    resume: () => {
      away = false;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
