import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** What a proxy answers that opens no tunnel. */
export class ProxyRefusalError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

interface ProxyLimits {
  /** Milliseconds until the proxy has opened the tunnel. */
  readonly connect: number;
  /** Milliseconds that a tunnel is kept without a request; as long as it lasts when absent. */
  readonly idle?: number;
}

/** An agent whose connections go through an HTTP proxy by CONNECT; the proxy sees host and port, and TLS is end to end. */
export const proxyAgent = (server: URL, proxy: string, limits: ProxyLimits): http.Agent => {
  const { Agent } = server.protocol === 'https:' ? https : http;
  const pending = new Set<http.ClientRequest>();
  const agent = new Agent({ keepAlive: true, ...(limits.idle === undefined ? {} : { timeout: limits.idle }) });
  const destroy = agent.destroy.bind(agent);
  return Object.assign(agent, {
    createConnection: (options: tls.ConnectionOptions, done: (error: Error | null, socket?: Duplex) => void) => {
      const asked = tunnel(server, new URL(proxy), limits, (error, socket) => {
        pending.delete(asked);
        if (error || !socket) done(error);
        else if (server.protocol === 'http:') done(null, socket);
        // The limit of the request goes on over this handshake.
        else done(null, tls.connect({ ...options, socket }));
      });
      pending.add(asked);
    },
    destroy: () => {
      for (const asked of pending) asked.destroy();
      destroy();
    },
  });
};

const tunnel = (
  server: URL,
  proxy: URL,
  limits: ProxyLimits,
  done: (error: Error | null, socket?: Duplex) => void,
): http.ClientRequest => {
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  const { request } = proxy.protocol === 'https:' ? https : http;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const asked = request({
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? '443' : '80'),
    path: `${server.hostname}:${port}`,
    agent: false,
    headers: {
      host: `${server.hostname}:${port}`,
      ...(user === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
    },
  });
  const timer = setTimeout(() => asked.destroy(new Error('no answer in time')), limits.connect);
  const said = (why: string) => `the proxy at ${proxy.host}: ${why}`;
  const failed = (why: string) => done(new Error(said(why)));
  const refused = (status = 0) => done(new ProxyRefusalError(said(`answered ${status} to CONNECT`), status));
  asked.on('connect', ({ statusCode = 0 }, socket, head) => {
    if (statusCode === 200 && head.length === 0) {
      done(null, socket);
      return;
    }
    socket.destroy();
    if (statusCode === 200) failed('spoke before it was asked');
    else refused(statusCode);
  });
  asked.on('response', (response) => {
    response.destroy();
    refused(response.statusCode);
  });
  asked.on('error', (error) => failed(error.message));
  asked.on('close', () => clearTimeout(timer));
  asked.end();
  return asked;
};
