import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** An HTTP proxy that knows CONNECT alone. */
export interface ConnectProxy {
  readonly url: string;
  /** Each CONNECT so far: where to, and with what authorization. */
  readonly asked: readonly string[];
  readonly openSockets: () => number;
  readonly close: () => void;
}

/** Starts a proxy on loopback; `answer` is the status of its answers, or `silent` for one that gives none. */
export const startConnectProxy = async (answer: 200 | 407 | 'silent' = 200): Promise<ConnectProxy> => {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', ({ url = '', headers }, client: Duplex) => {
    asked.push([url, headers['proxy-authorization']].filter((part) => part !== undefined).join(' '));
    client.on('error', () => undefined);
    client.on('end', () => client.destroy());
    if (answer === 'silent') return void client.resume();
    if (answer === 407) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const [, host = '', port] = /^(.*):(\d+)$/.exec(url) ?? [];
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    openSockets: () => sockets.size,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
