import type { Answer } from './answer.ts';
import type { Credentials } from './credentials.ts';
import { exchange } from './exchange.ts';
import type { Security } from './pipe.ts';
import { createPipes } from './pipes.ts';
import { requestText } from './request-text.ts';

/** One server, asked over connections that are kept; `request` answers when the head has come, whatever the status. */
export interface Connection {
  /** The server's URL, as it may be shown to people. */
  readonly server: string;
  /** Rejects when no answer comes, or when `signal` is aborted, which also ends the answer's body. Redirects are not followed. */
  readonly request: (path: string, options: RequestOptions) => Promise<Answer>;
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
  /** Milliseconds to wait for a connection to stand (TLS included), and from then for the head of the answer. */
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

export interface EndpointOptions {
  readonly security?: Security;
  readonly headers?: Readonly<Record<string, string>>;
}

const ordinaryLimits = { connect: 10_000, firstByte: 30_000 };

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
  security: {
    rejectUnauthorized: !insecureSkipTlsVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    ...(auth.type === 'certificate' ? { cert: auth.certificate, key: auth.key } : {}),
  },
  headers: auth.type === 'token' ? { authorization: `Bearer ${auth.token}` } : {},
});

/** A connection with any server; its sockets are its own, so that closing it reaches nobody else. */
export const connectTo = (endpoint: Endpoint, options: ConnectOptions = {}): Connection => {
  const { limits = ordinaryLimits, onAnswer = () => undefined } = options;
  const base = new URL(endpoint.server);
  const prefix = base.pathname.replace(/\/$/, '');
  const pipes = createPipes({ server: base, proxy: endpoint.proxy }, limits.connect);

  /** Asks over a kept connection; only once more, and over a new one, when the server has closed that before it said anything. */
  const ask = async (path: string, { signal, headers }: RequestOptions, anew = false): Promise<Answer> => {
    const { security = {}, headers: own = {} } = await endpoint.options();
    const text = requestText(new URL(`${prefix}${path}`, base), { ...headers, ...own });
    const { pipe, used } = await pipes.take(security, signal, anew);
    const { answer, heard, fail } = exchange(pipe, text, (reusable) => {
      signal.removeEventListener('abort', abort);
      if (reusable) pipes.keep(pipe, security);
    });
    const abort = (): void => {
      fail(new Error('not waited for any more', { cause: signal.reason }));
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const patience = { left: true };
    const timer = setTimeout(() => {
      patience.left = false;
      fail(new Error(`no answer within ${limits.firstByte / 1000} s`));
    }, limits.firstByte);
    try {
      return await answer;
    } catch (error) {
      if (used && patience.left && !heard() && !signal.aborted)
        return await ask(path, { signal, ...(headers ? { headers } : {}) }, true);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    server: endpoint.server,
    request: async (path, options) => {
      try {
        const answer = await ask(path, options);
        onAnswer('GET', base.host, String(answer.status));
        return answer;
      } catch (error) {
        if (!options.signal.aborted) onAnswer('GET', base.host, '<error>');
        throw error;
      }
    },
    close: pipes.close,
  };
};
