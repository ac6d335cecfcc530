import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { rootCertificates } from 'node:tls';
import { FailureError } from '../model/failure.ts';
import { wordsOf } from './words-of.ts';

/** The part of the web's `fetch` that forges and git need. It throws FailureErrors where a server cannot be asked at all, or not now. */
export type Fetch = (url: string, init?: FetchOptions) => Promise<Response>;

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

const mebibyte = 1024 ** 2;

/** For questions to an API. */
export const apiLimits: FetchLimits = { silence: 30_000, total: 60_000, size: 32 * mebibyte };

/** For git, whose first fetch of a large repository takes its time. */
export const gitLimits: FetchLimits = { silence: 60_000, total: 600_000, size: 2048 * mebibyte };

const failure = (reason: string, message: string, retryAfter?: number) =>
  new FailureError({ remedy: 'retry', reason, message, ...(retryAfter !== undefined && { retryAfter }) });

const unreachable = (host: string, error: unknown) =>
  failure('ServerUnreachable', `${host}: ${error instanceof Error ? error.message : String(error)}`);

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

const toResponse = (incoming: IncomingMessage, host: string, size: number): Response => {
  const status = incoming.statusCode ?? 0;
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const isEmpty = status === 204 || status === 205 || status === 304;
  if (isEmpty) incoming.resume();
  return new Response(isEmpty ? null : bounded(incoming, host, size), { status, headers });
};

/** Milliseconds since the epoch at which a `Retry-After` (seconds, or a date) ends. */
export const retryAfterOf = (headers: Headers, now: number): number | undefined => {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const time = /^\d+$/.test(value) ? now + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
};

/** Redirects are not followed: they would carry the credentials to wherever the answer says. */
const refuseUseless = async (url: URL, response: Response, now: number): Promise<void> => {
  const { status, headers } = response;
  if (status < 300 || status === 304 || (status >= 400 && status < 500 && status !== 429)) return;
  // Read in any case: an answer that nobody reads keeps its connection, and with it the process.
  const words = await wordsOf(response);
  if (status < 400) {
    const location = headers.get('location') ?? '';
    const target = URL.canParse(location, url.href) ? new URL(location, url) : url;
    throw new FailureError({
      remedy: 'give-up',
      reason: 'RepositoryMoved',
      message: `${url.origin}${url.pathname} redirects to ${target.origin}${target.pathname}: write the repository's new address as the strategy's url`,
    });
  }
  const said = `${url.host} answers ${status} (${words})`;
  if (status === 429) throw failure('RateLimited', said, retryAfterOf(headers, now));
  throw failure('ServerFailed', said, retryAfterOf(headers, now));
};

/**
 * A fetch on node's own http that also trusts the authorities of `ca` (PEM), follows no redirect, and has limits. An
 * unreachable, failing (5xx) or rate-limiting (429) server is a failure to be retried; other answers are the caller's.
 */
export const webFetch = ({
  ca,
  now,
  limits,
}: {
  ca?: string | undefined;
  now: () => number;
  limits: FetchLimits;
}): Fetch => {
  const secure = new https.Agent(ca === undefined ? {} : { ca: [...rootCertificates, ca] });
  const send = (url: URL, init: FetchOptions): Promise<Response> =>
    new Promise((resolve, reject) => {
      const options = { method: init.method ?? 'GET', headers: { ...init.headers } };
      const request =
        url.protocol === 'https:' ? https.request(url, { ...options, agent: secure }) : http.request(url, options);
      let answer: IncomingMessage | undefined;
      const stop = (what: string) => (answer ?? request).destroy(new Error(what));
      const total = setTimeout(() => stop(`no end of the answer within ${limits.total / 1000} s`), limits.total);
      request.setTimeout(limits.silence, () => stop(`silent for ${limits.silence / 1000} s`));
      request.on('close', () => clearTimeout(total));
      request.on('error', (error) => reject(unreachable(url.host, error)));
      request.on('response', (incoming) => {
        answer = incoming;
        resolve(toResponse(incoming, url.host, limits.size));
      });
      request.end(init.body);
    });
  return async (address, init = {}) => {
    const url = new URL(address);
    const response = await send(url, init);
    await refuseUseless(url, response, now());
    return response;
  };
};
