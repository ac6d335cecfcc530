import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';

/** A server by TLS before one without, with an authority of its own. */
export interface TlsFront {
  /** The other server's address, by TLS at `host`. */
  readonly urlAt: (host: string) => string;
  /** PEM. */
  readonly ca: string;
  /** How many connections there were. */
  readonly connections: () => number;
  readonly close: () => void;
}

/** Starts it on loopback, for `localhost` and `host.test`. */
export const startTlsFront = async (behind: string): Promise<TlsFront> => {
  const names = ['localhost', 'host.test'].map((value) => ({ type: 2 as const, value }));
  const pair = await generate([{ name: 'commonName', value: 'host.test' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: names },
    ],
  });
  const { port, hostname } = new URL(behind);
  const sockets = new Set<TLSSocket>();
  let connections = 0;
  const server = createServer({ key: pair.private, cert: pair.cert }, (socket) => {
    sockets.add(socket);
    connections += 1;
    const upstream = connect(Number(port), hostname);
    socket.on('error', () => upstream.destroy()).on('close', () => sockets.delete(socket));
    upstream.on('error', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front = (server.address() as AddressInfo).port;
  return {
    urlAt: (host) => behind.replace(/^http:\/\/[^/]+/, `https://${host}:${front}`),
    ca: pair.cert,
    connections: () => connections,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
