import { once } from 'node:events';
import { createServer, STATUS_CODES } from 'node:http';
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

/** Starts a proxy on loopback, to which every name below `.test` is loopback too; `answer` is the status of its answers, or `silent` for one that gives none. */
export const startConnectProxy = async (answer: 200 | 403 | 407 | 502 | 'silent' = 200): Promise<ConnectProxy> => {
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
    if (answer !== 200) return void client.end(`HTTP/1.1 ${answer} ${STATUS_CODES[answer]}\r\n\r\n`);
    const [, host = '', port] = /^(.*):(\d+)$/.exec(url) ?? [];
    const upstream = connect(Number(port), host.endsWith('.test') ? '127.0.0.1' : host, () => {
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
