import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { rootCertificates } from 'node:tls';
import { FailureError, type Failure } from '../model/failure.ts';
import { createAgents, type Agents } from './agents.ts';
import { answerOf, type Answer } from './answer.ts';
import { ProxyRefusalError } from './tunnel.ts';
import { limitEnd } from './rate-limit.ts';
import { wordsOf } from './words-of.ts';

/** The part of the web's `fetch` that is needed here. It throws FailureErrors where a server cannot be asked at all, or not now. */
export type Fetch = (url: string, init?: FetchOptions) => Promise<Answer>;

interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface FetchLimits {
  /** Milliseconds without a byte. */
  readonly silence: number;
  /** Milliseconds from the request to the end of its answer. */
  readonly total: number;
  /** Bytes of an answer. */
  readonly size: number;
}

/** What a redirect means that is not followed, by a reason of whoever asks, and what a person is to do about it. */
interface Moved extends Pick<Failure, 'reason'> {
  readonly todo: string;
}

export interface FetchSettings {
  /** Authorities that are trusted besides the usual ones, as PEM. */
  readonly ca?: string | undefined;
  readonly now: () => number;
  readonly limits: FetchLimits;
  /** By which servers are reached, and whose connections are kept; without proxies when absent. */
  readonly agents?: Agents;
  readonly moved: Moved;
}

const failure = (reason: string, message: string, retryAfter?: number) =>
  new FailureError({ remedy: 'retry', reason, message, ...(retryAfter !== undefined && { retryAfter }) });

/** What a person can do about a proxy's answer to CONNECT. */
const proxyTodo: Readonly<Record<number, string>> = {
  403: 'let it connect there, or name the host in NO_PROXY',
  405: 'let it connect there, or name the host in NO_PROXY',
  407: 'put a valid user and password into the URL of HTTPS_PROXY',
};

const unreachable = (host: string, error: unknown) => {
  const said = `${host}: ${error instanceof Error ? error.message : String(error)}`;
  const todo = error instanceof ProxyRefusalError ? proxyTodo[error.status] : undefined;
  if (todo === undefined) return failure('ServerUnreachable', said);
  return new FailureError({ remedy: 'wait', reason: 'ProxyRefused', message: `${said}: ${todo}` });
};

async function* bounded(incoming: IncomingMessage, host: string, size: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
      read += chunk.length;
      if (read > size) throw new Error(`the answer is larger than ${size} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw unreachable(host, error);
  }
}

/** Where a redirect leads; the request's own address when it does not say. */
const targetOf = (url: URL, { headers }: Answer): URL => {
  const location = headers.get('location') ?? '';
  return URL.canParse(location, url.href) ? new URL(location, url) : url;
};

const isRedirect = ({ status }: Answer): boolean => status >= 300 && status < 400 && status !== 304;

const movedFrom = (url: URL, target: URL, { reason, todo }: Moved) =>
  new FailureError({
    remedy: 'give-up',
    reason,
    message: `${url.origin}${url.pathname} redirects to ${target.origin}${target.pathname}: ${todo}`,
  });

const refuseFailure = async ({ host }: URL, response: Answer, now: number): Promise<void> => {
  const { status, headers } = response;
  if (status < 500 && status !== 429) return;
  // Read in any case: an answer that nobody reads keeps its connection, and with it the process.
  const words = await wordsOf(response);
  const reason = status === 429 ? 'RateLimited' : 'ServerFailed';
  throw failure(reason, `${host} answers ${status} (${words})`, limitEnd(headers, words, now));
};

/** How often a question is led on before it is given up. */
const redirects = 3;

/**
 * A fetch on node's own http that has limits. A question (GET) is led on within its
 * own origin; any other redirect is a failure that tells where to, since following it would carry the credentials there, or write
 * elsewhere than was asked. An unreachable, failing (5xx) or rate-limiting (429) server is a failure to be retried; other answers are the caller's.
 */
export const webFetch = ({ ca, now, limits, agents = createAgents(), moved }: FetchSettings): Fetch => {
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  const send = (url: URL, init: FetchOptions): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = { method: init.method ?? 'GET', headers: { ...init.headers }, agent: agents(url) };
      const request =
        url.protocol === 'https:' ? https.request(url, { ...options, ...trusted }) : http.request(url, options);
      let answer: IncomingMessage | undefined;
      const stop = (what: string) => (answer ?? request).destroy(new Error(what));
      const total = setTimeout(() => stop(`no end of the answer within ${limits.total / 1000} s`), limits.total);
      request.setTimeout(limits.silence, () => stop(`silent for ${limits.silence / 1000} s`));
      request.on('close', () => clearTimeout(total));
      request.on('error', (error) => reject(unreachable(url.host, error)));
      request.on('response', (incoming) => {
        answer = incoming;
        resolve(answerOf(incoming, bounded(incoming, url.host, limits.size)));
      });
      request.end(init.body);
    });
  const ask = async (url: URL, init: FetchOptions, left: number): Promise<Answer> => {
    const response = await send(url, init);
    await refuseFailure(url, response, now());
    if (!isRedirect(response)) return response;
    await wordsOf(response);
    const target = targetOf(url, response);
    if ((init.method ?? 'GET') !== 'GET' || target.origin !== url.origin || left === 0)
      throw movedFrom(url, target, moved);
    return ask(target, init, left - 1);
  };
  return (address, init = {}) => ask(new URL(address), init, redirects);
};
