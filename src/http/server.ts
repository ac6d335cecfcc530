import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FailureError } from '../model/failure.ts';

/** A server that listens. */
export interface Listening {
  /** Where it can be reached from this machine, with the port that it really has. */
  readonly url: string;
  /** Stops taking requests, lets those under way end for at most a second, and frees the port. */
  readonly close: () => Promise<void>;
}

/** Listens on an address such as `:8080`, `127.0.0.1:0` or `[::1]:9440`; throws a FailureError that names it when it cannot. */
export const listen = async (address: string, handle: RequestListener): Promise<Listening> => {
  const { host, port } = split(address);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 16_384 }, handle);
  try {
    server.listen({ port, ...(host === '' ? {} : { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(address, error);
  }
  const { address: actual, port: actualPort, family } = server.address() as AddressInfo;
  const reachable = host === '' ? 'localhost' : family === 'IPv6' ? `[${actual}]` : actual;
  return {
    url: `http://${reachable}:${actualPort}`,
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
