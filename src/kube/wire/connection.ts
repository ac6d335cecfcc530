import http from 'node:http';
import https from 'node:https';
import { addAbortSignal } from 'node:stream';
import type { Credentials } from './credentials.ts';
import { proxyAgent } from '../../web/proxy-agent.ts';

/** One server, asked over connections that are kept; `request` answers when the headers have come, whatever the status. */
export interface Connection {
  /** The server's URL, as it may be shown to people. */
  readonly server: string;
  /** Rejects when no answer comes, or when `signal` is aborted, which also ends the answer's body. Redirects are not followed. */
  readonly request: (path: string, options: RequestOptions) => Promise<http.IncomingMessage>;
  /** Ends every connection, also those in use; a request that comes later opens another. */
  readonly close: () => void;
}

interface RequestOptions {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Told of each answer, or of its absence (`code` is `<error>` then), in the words of `rest_client_requests_total`. */
export type OnAnswer = (method: string, host: string, code: string) => void;

export interface ConnectOptions {
  /** Milliseconds to wait for a connection to stand (TLS included), and from then for the answer's first byte. */
  readonly limits?: { readonly connect: number; readonly firstByte: number };
  readonly onAnswer?: OnAnswer;
}

/** A server, and what each request to it needs for TLS and to say who we are, asked anew each time. */
export interface Endpoint {
  readonly server: string;
  readonly options: () => Promise<EndpointOptions>;
  /** The URL of an HTTP proxy on the way there. */
  readonly proxy?: string | undefined;
}

export type EndpointOptions = Omit<https.RequestOptions, 'headers'> & { readonly headers?: http.OutgoingHttpHeaders };

const ordinaryLimits = { connect: 10_000, firstByte: 30_000 };

/** From here on Linux probes once a second and gives up after ten probes: a silent network is noticed after about 41 s. */
const keepAliveAfter = 30_000;

/** A connection with a leaf cluster; what `current` answers with is who we are from the next request on, at the same server. */
export const connect = (current: Credentials | (() => Credentials), options: ConnectOptions = {}): Connection => {
  const credentials = typeof current === 'function' ? current : () => current;
  return connectTo(
    {
      server: credentials().server,
      proxy: credentials().proxy,
      options: () => Promise.resolve(optionsWith(credentials())),
    },
    options,
  );
};

const optionsWith = ({ ca, insecureSkipTlsVerify, tlsServerName, auth }: Credentials): EndpointOptions => ({
  rejectUnauthorized: !insecureSkipTlsVerify,
  ...(ca === undefined ? {} : { ca }),
  ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
  ...(auth.type === 'certificate'
    ? { cert: auth.certificate, key: auth.key }
    : { headers: { authorization: `Bearer ${auth.token}` } }),
});

/** A connection with any server; its agent is its own, so that closing it reaches nobody else. */
export const connectTo = (endpoint: Endpoint, options: ConnectOptions = {}): Connection => {
  const { limits = ordinaryLimits, onAnswer = () => undefined } = options;
  const base = new URL(endpoint.server);
  const prefix = base.pathname.replace(/\/$/, '');
  const { request, Agent } = base.protocol === 'https:' ? https : http;
  const { proxy } = endpoint;
  const agent = proxy === undefined ? new Agent({ keepAlive: true }) : proxyAgent(base, proxy, limits);

  const ask = async (path: string, { signal, headers }: RequestOptions): Promise<http.IncomingMessage> => {
    const own = await endpoint.options();
    const all = { accept: 'application/json', 'user-agent': 'leafwatch', ...headers, ...own.headers };
    return answerTo(
      request(new URL(`${prefix}${path}`, base), { ...own, agent, signal, headers: all }),
      limits,
      signal,
    );
  };

  return {
    server: endpoint.server,
    request: async (path, options) => {
      try {
        // A kept connection may be closed by the server at the moment we take it: then nothing was asked yet.
        const response = await ask(path, options).catch((error: unknown) => {
          if (error instanceof StaleConnectionError && !options.signal.aborted) return ask(path, options);
          throw error;
        });
        onAnswer('GET', base.host, String(response.statusCode));
        return response;
      } catch (error) {
        if (!options.signal.aborted) onAnswer('GET', base.host, '<error>');
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
};

class StaleConnectionError extends Error {}

const answerTo = (
  request: http.ClientRequest,
  limits: { readonly connect: number; readonly firstByte: number },
  signal: AbortSignal,
): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    limit(request, limits);
    request.on('response', (response) => resolve(addAbortSignal(signal, response)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && error.code === 'ECONNRESET';
      reject(stale ? new StaleConnectionError(error.message, { cause: error }) : error);
    });
    request.end();
  });

const limit = (request: http.ClientRequest, limits: { readonly connect: number; readonly firstByte: number }): void => {
  const within = (milliseconds: number, missing: string) =>
    setTimeout(() => request.destroy(new Error(`${missing} within ${milliseconds / 1000} s`)), milliseconds);
  let timer = within(limits.connect, 'no connection');
  const over = () => clearTimeout(timer);
  const connected = () => {
    over();
    timer = within(limits.firstByte, 'no answer');
  };
  request.on('socket', (socket) => {
    socket.setKeepAlive(true, keepAliveAfter);
    if (request.reusedSocket) connected();
    else if (request.protocol === 'https:') socket.once('secureConnect', connected);
    else if (socket.connecting) socket.once('connect', connected);
    else connected();
  });
  request.on('response', over);
  request.on('close', over);
};
