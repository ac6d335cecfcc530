import http from 'node:http';
import https from 'node:https';
import type { Credentials } from './credentials.ts';

/** One server, asked over connections that are kept; `request` answers when the headers have come, whatever the status. */
export interface Connection {
  /** The server's URL, as it may be shown to people. */
  readonly server: string;
  /** Rejects when no answer comes, or when `signal` is aborted, which also ends the answer's body. Redirects are not followed. */
  readonly request: (path: string, options: RequestOptions) => Promise<http.IncomingMessage>;
  /** Ends every connection, also those in use. */
  readonly close: () => void;
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds to wait for a connection to stand (TLS included), and from then for the answer's first byte. */
export interface Limits {
  readonly connect: number;
  readonly firstByte: number;
}

/** A server, how TLS is done with it, and what proves who we are, asked anew for each request. */
export interface Endpoint {
  readonly server: string;
  readonly tls: Pick<https.AgentOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  readonly authorization: () => Promise<Readonly<Record<string, string>>>;
}

export const ordinaryLimits: Limits = { connect: 10_000, firstByte: 30_000 };

/** From here on Linux probes once a second and gives up after ten probes: a silent network is noticed after about 41 s. */
const keepAliveAfter = 30_000;

/** A connection with a leaf cluster. */
export const connect = (credentials: Credentials, limits: Limits = ordinaryLimits): Connection => {
  const { auth } = credentials;
  const headers: Record<string, string> = auth.type === 'token' ? { authorization: `Bearer ${auth.token}` } : {};
  return connectTo(
    {
      server: credentials.server,
      tls: {
        ca: credentials.ca,
        servername: credentials.tlsServerName,
        rejectUnauthorized: !credentials.insecureSkipTlsVerify,
        ...(auth.type === 'certificate' ? { cert: auth.certificate, key: auth.key } : {}),
      },
      authorization: () => Promise.resolve(headers),
    },
    limits,
  );
};

/** A connection with whatever server; it has an agent of its own, so that closing it reaches nobody else. */
export const connectTo = (endpoint: Endpoint, limits: Limits = ordinaryLimits): Connection => {
  const base = new URL(endpoint.server);
  const secure = base.protocol === 'https:';
  const agent = secure ? new https.Agent({ keepAlive: true, ...endpoint.tls }) : new http.Agent({ keepAlive: true });
  const prefix = base.pathname.replace(/\/$/, '');

  const ask = (path: string, { signal, headers }: RequestOptions, authorization: Readonly<Record<string, string>>) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const options = {
        agent,
        signal,
        headers: { accept: 'application/json', 'user-agent': 'leafwatch', ...headers, ...authorization },
      };
      const url = new URL(`${prefix}${path}`, base);
      const request = secure ? https.request(url, options) : http.request(url, options);
      limit(request, secure, limits);
      request.on('response', resolve);
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed an idle connection at the moment we took it: nothing was asked yet.
        if (request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted)
          ask(path, { signal, ...(headers ? { headers } : {}) }, authorization).then(resolve, reject);
        else reject(error);
      });
      request.end();
    });

  return {
    server: endpoint.server,
    request: async (path, options) => ask(path, options, await endpoint.authorization()),
    close: () => agent.destroy(),
  };
};

const limit = (request: http.ClientRequest, secure: boolean, limits: Limits): void => {
  const after = (milliseconds: number, missing: string) =>
    setTimeout(() => request.destroy(new Error(`${missing} within ${milliseconds / 1000} s`)), milliseconds);
  let timer = after(limits.connect, 'no connection');
  const connected = () => {
    clearTimeout(timer);
    timer = after(limits.firstByte, 'no answer');
  };
  request.on('socket', (socket) => {
    socket.setKeepAlive(true, keepAliveAfter);
    if (request.reusedSocket) connected();
    else socket.once(secure ? 'secureConnect' : 'connect', connected);
  });
  request.on('response', () => clearTimeout(timer));
  request.on('close', () => clearTimeout(timer));
};
