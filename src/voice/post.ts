import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { unescape } from 'node:querystring';
import { FailureError, type Remedy } from '../model/failure.ts';
import type { Agents } from '../web/agents.ts';
import { retryAfterOf } from '../web/retry-after.ts';

/** A request body with what it is. */
export interface Letter {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostOptions {
  readonly url: string;
  readonly agents: Agents;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** A status that says that the receiver has had the letter before. */
  readonly known?: number | undefined;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly words: string;
}

/** What is read of an answer, bytes: the rest comes from nobody who has something to say. */
const longestAnswer = 4096;

/** A receiver may ask for patience, but not for being forgotten; milliseconds. */
const longestPatience = 3_600_000;

/** What is quoted of it, characters. */
const longestWords = 200;

/** What is shorter gives no secret away, characters. */
const shortestSecret = 6;

/** Many a receiver quotes the address that it was asked at: what stands there behind the host is not told further. */
const withoutAddress = (text: string, { pathname, search }: URL): string => {
  const parts = `${pathname}${search}`.split(/[/?&=;]/).filter(({ length }) => length >= shortestSecret);
  return parts.flatMap((part) => [part, unescape(part)]).reduce((left, part) => left.replaceAll(part, '…'), text);
};

/** The beginning of an answer in one line; a longer answer is cut off with its connection. */
const wordsOf = async (incoming: IncomingMessage, address: URL): Promise<string> => {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    read += chunk.length;
    if (read > longestAnswer) break;
  }
  const text = withoutAddress(Buffer.concat(chunks).toString(), address).slice(0, longestWords);
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
};

/** 2xx, or the status by which the receiver says that it has had the letter before. */
const isTaken = (status: number, { known }: PostOptions): boolean =>
  (status >= 200 && status < 300) || status === known;

const ask = ({ headers, body }: Letter, options: PostOptions): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { agents, signal } = options;
    const server = new URL(options.url);
    const { request } = server.protocol === 'https:' ? https : http;
    const length = { 'content-length': Buffer.byteLength(body) };
    request(server, { method: 'POST', headers: { ...headers, ...length }, agent: agents(server), signal })
      .on('error', reject)
      .on('response', (incoming) => {
        const { statusCode: status = 0, headers: answered } = incoming;
        const answer = (words: string) => resolve({ status, retryAfter: answered['retry-after'], words });
        if (isTaken(status, options)) {
          // What follows on the head is dropped, and ends with the signal: it may never end by itself.
          incoming.resume();
          answer('');
        } else wordsOf(incoming, server).then(answer, () => answer(''));
      })
      .end(body);
  });

/** When the answer asks to be left alone until, milliseconds since the epoch, and within an hour. */
const patienceAsked = (retryAfter: string | undefined, now: number): number | undefined => {
  const end = retryAfterOf(retryAfter, now);
  return end === undefined ? undefined : Math.min(end, now + longestPatience);
};

const failure = (remedy: Remedy, reason: string, message: string, retryAfter?: number) =>
  new FailureError({ remedy, reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) });

/**
 * Posts a letter; resolves when the head of the answer says that it was taken (2xx, or `known`). Throws a FailureError: to be retried where
 * the receiver cannot be reached, fails (5xx) or has enough (408, 429), else to be given up. Redirects are not followed. What is said of a
 * failure holds neither the letter nor a path or query of the address.
 */
export const post = async (letter: Letter, options: PostOptions): Promise<void> => {
  const { host } = new URL(options.url);
  const { status, retryAfter, words } = await ask(letter, options).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw failure('retry', 'ReceiverUnreachable', `${host} cannot be reached: ${why}`);
  });
  if (isTaken(status, options)) return;
  const said = `${host} answers ${status}${words === '' ? '' : ` (${words})`}`;
  if (status >= 300 && status < 400) throw failure('give-up', 'ReceiverMoved', `${said}: redirects are not followed`);
  const again = patienceAsked(retryAfter, options.now());
  if (status === 429) throw failure('retry', 'ReceiverBusy', said, again);
  if (status === 408 || status >= 500) throw failure('retry', 'ReceiverFailed', said, again);
  throw failure('give-up', 'ReceiverRefused', said);
};
