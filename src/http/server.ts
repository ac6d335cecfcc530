import { once } from 'node:events';
import http, { type RequestListener, type ServerOptions } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { FailureError } from '../model/failure.ts';
import type { Certificate } from './certificate.ts';
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
>;

/** A request has ten seconds from its first byte to its last, and what takes longer is cut off within two more. */
const usualLimits: Limits = {
  requestTimeout: 10_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16_384,
};
/** Connections at once, of all and of one address: whoever holds on to theirs leaves some for others. */
const mostConnections = 1_000;
const mostOfAddress = mostConnections / 2;

/**
 * Listens on an address such as `:8080`, `127.0.0.1:0` or `[::1]:9440`, by TLS where there is a certificate; throws a FailureError that
 * names it when it cannot.
 */
export const listen = async (
  address: string,
  handle: RequestListener,
  certificate?: Certificate,
  other: Limits = {},
): Promise<Listening> => {
  const { host, port } = split(address);
  const limits = { ...usualLimits, ...other };
  const server = certificate ? secureServer(certificate, limits, handle) : http.createServer(limits, handle);
  holdToShares(server);
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
      const impatient = setTimeout(() => server.closeAllConnections(), 1_000);
      await closed;
      clearTimeout(impatient);
    },
  };
};

/** Refuses connections beyond those limits. Those that only wait for another request are closed then, to make room: Flux opens one for each event. */
const holdToShares = (server: http.Server | https.Server): void => {
  const take = shares(mostOfAddress);
  server.maxConnections = mostConnections;
  server.on('drop', () => server.closeIdleConnections());
  server.on('connection', (socket: Socket) => {
    const giveBack = take(socket.remoteAddress ?? '');
    if (giveBack) socket.once('close', giveBack);
    else {
      server.closeIdleConnections();
      socket.destroy();
    }
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
