import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { hostPortOf } from './host-port.ts';
import { tunnel, type Destroyable } from './tunnel.ts';

interface ProxyLimits {
  /** Milliseconds until the proxy has opened the tunnel. */
  readonly connect: number;
  /** Milliseconds that a tunnel is kept without a request; as long as it lasts when absent. */
  readonly idle?: number;
}

/** An agent whose connections go through an HTTP proxy by CONNECT; the proxy sees host and port, and TLS is end to end. */
export const proxyAgent = (server: URL, proxy: string, limits: ProxyLimits): http.Agent => {
  const secure = server.protocol === 'https:';
  const { Agent } = secure ? https : http;
  const end = hostPortOf(server);
  const pending = new Set<Destroyable>();
  const agent = new Agent({ keepAlive: true, ...(limits.idle === undefined ? {} : { timeout: limits.idle }) });
  const destroy = agent.destroy.bind(agent);
  const open = async (options: tls.ConnectionOptions): Promise<Duplex> => {
    let asked: Destroyable | undefined;
    const timer = setTimeout(() => asked?.destroy(new Error('no answer in time')), limits.connect);
    try {
      const socket = await tunnel(end, new URL(proxy), (begun) => pending.add((asked = begun)));
      // The limit of the request goes on over this handshake.
      return secure ? tls.connect({ ...options, socket }) : socket;
    } finally {
      clearTimeout(timer);
      if (asked) pending.delete(asked);
    }
  };
  return Object.assign(agent, {
    createConnection: (options: tls.ConnectionOptions, done: (error: Error | null, socket?: Duplex) => void) => {
      open(options).then(
        (socket) => done(null, socket),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
    destroy: () => {
      for (const asked of pending) asked.destroy();
      destroy();
    },
  });
};
