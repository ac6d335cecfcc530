import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** An agent whose connections go through an HTTP proxy by CONNECT; the proxy sees host and port, and TLS is end to end. */
export const proxyAgent = (server: URL, proxy: string, limits: { readonly connect: number }): http.Agent => {
  const { Agent } = server.protocol === 'https:' ? https : http;
  const pending = new Set<http.ClientRequest>();
  const agent = new Agent({ keepAlive: true });
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
  limits: { readonly connect: number },
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
  const failed = (why: string) => done(new Error(`the proxy at ${proxy.host}: ${why}`));
  asked.on('connect', ({ statusCode = 0 }, socket, head) => {
    if (statusCode === 200 && head.length === 0) {
      done(null, socket);
      return;
    }
    socket.destroy();
    failed(statusCode === 200 ? 'spoke before it was asked' : `answered ${statusCode} to CONNECT`);
  });
  asked.on('response', (response) => {
    response.destroy();
    failed(`answered ${response.statusCode ?? 0} to CONNECT`);
  });
  asked.on('error', (error) => failed(error.message));
  asked.on('close', () => clearTimeout(timer));
  asked.end();
  return asked;
};
