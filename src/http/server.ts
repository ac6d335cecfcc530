import { once } from 'node:events';
import http, { STATUS_CODES, type RequestListener, type ServerOptions } from 'node:http';
import https from 'node:https';
import { Socket, type AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { FailureError } from '../model/failure.ts';
import type { Certificate } from './certificate.ts';
import { networkOf, plainAddress } from './network-of.ts';
import { shares } from './shares.ts';

/** A server that listens. */
export interface Listening {
  /** Where it can be reached from this machine, with the port that it really has. */
  readonly url: string;
  /** Stops taking requests, lets those under way end for at most a second, and frees the port. */
  readonly close: () => Promise<void>;
}

type Limits = Pick<
  ServerOptions,
  'requestTimeout' | 'headersTimeout' | 'connectionsCheckingInterval' | 'maxHeaderSize'
> &
  Pick<TlsOptions, 'handshakeTimeout'>;

/** A request has ten seconds from its first byte to its last, and what takes longer is cut off within two more; a TLS handshake has ten of its own. */
const usualLimits: Limits = {
  handshakeTimeout: 10_000,
  requestTimeout: 10_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16_384,
};
/** Connections at once, of all and of one network (`networkOf`): whoever holds on to theirs leaves some for others. */
const mostConnections = 1_000;
const mostOfNetwork = mostConnections / 2;

/** What a request was answered that came to no handler: it is not HTTP, or was not there in time. Who comes through no TLS is told nothing of it. */
interface Unreadable {
  readonly status: 400 | 408 | 431;
  readonly text: string;
}

export interface ListenOptions {
  /** TLS by it. */
  readonly certificate?: Certificate | undefined;
  readonly limits?: Limits;
  /** Told of what came to no handler, and of the address that it came from, as it is written plainly (`plainAddress`). */
  readonly onUnreadable?: (answer: Unreadable, address: string) => void;
}

/**
 * Listens on an address such as `:8080`, `127.0.0.1:0` or `[::1]:9440`, by TLS where there is a certificate; throws a FailureError that
 * names it when it cannot.
 */
export const listen = async (
  address: string,
  handle: RequestListener,
  { certificate, limits: other, onUnreadable }: ListenOptions = {},
): Promise<Listening> => {
  const { host, port } = split(address);
  const limits = { ...usualLimits, ...other };
  const server = certificate ? secureServer(certificate, limits, handle) : http.createServer(limits, handle);
  const open = openOn(server);
  holdToShares(server);
  if (onUnreadable) answerUnreadable(server, onUnreadable);
  try {
    server.listen({ port, ...(host === '' ? {} : { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(address, error);
  }
  const { address: actual, port: actualPort, family } = server.address() as AddressInfo;
  const reachable = host === '' ? 'localhost' : family === 'IPv6' ? `[${actual}]` : actual;
  return {
    url: `${certificate ? 'https' : 'http'}://${reachable}:${actualPort}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      // Not closeAllConnections: that knows none whose TLS handshake is still under way.
      const impatient = setTimeout(() => open.forEach((socket) => socket.destroy()), 1_000);
      await closed;
      clearTimeout(impatient);
    },
  };
};

/** The connections of a server, below TLS. */
const openOn = (server: http.Server | https.Server): ReadonlySet<Socket> => {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
};

/** Refuses connections beyond those limits. Those that only wait for another request are closed then, to make room: Flux opens one for each event. */
const holdToShares = (server: http.Server | https.Server): void => {
  const take = shares(mostOfNetwork);
  server.maxConnections = mostConnections;
  server.on('drop', () => server.closeIdleConnections());
  server.on('connection', (socket: Socket) => {
    const giveBack = take(networkOf(socket.remoteAddress ?? ''));
    if (giveBack) socket.once('close', giveBack);
    else {
      server.closeIdleConnections();
      socket.destroy();
    }
  });
};

const noHttp: Unreadable = { status: 400, text: 'the request is not HTTP' };
const unreadable: Readonly<Record<string, Unreadable>> = {
  ERR_TLS_HANDSHAKE_TIMEOUT: { status: 408, text: 'the TLS handshake was not there in time' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, text: 'the request was not there in time' },
  HPE_HEADER_OVERFLOW: { status: 431, text: 'the headers are too long' },
  HPE_INVALID_EOF_STATE: { status: 400, text: 'the request broke off' },
};

/** Answers as Node does by itself, and tells of it. Who has gone, or has failed at TLS, is owed nothing. */
const answerUnreadable = (
  server: http.Server | https.Server,
  tell: NonNullable<ListenOptions['onUnreadable']>,
): void => {
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const answer = unreadable[code] ?? noHttp;
    tell(answer, plainAddress((socket instanceof Socket ? socket.remoteAddress : undefined) ?? ''));
    // Before the handshake has ended nothing can be said.
    if (code !== 'ERR_TLS_HANDSHAKE_TIMEOUT')
      socket.write(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\nConnection: close\r\n\r\n`);
    // Now, and not once it is written: who never reads would keep the connection.
    socket.destroy();
  });
};

const secureServer = (certificate: Certificate, limits: Limits, handle: RequestListener): https.Server => {
  const server = https.createServer({ ...limits, ...certificate.read() }, handle);
  const stop = certificate.onChange((pair) => server.setSecureContext(pair));
  server.once('close', stop);
  return server;
};

const split = (address: string): { readonly host: string; readonly port: number } => {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
};

const cannotListen = (address: string, error: unknown): FailureError =>
  new FailureError(
    {
      remedy: 'give-up',
      reason: 'CannotListen',
      message: `cannot listen on ${address}: ${error instanceof Error ? error.message : String(error)}`,
    },
    { cause: error },
  );
