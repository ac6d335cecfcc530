import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../model/clock.ts';
import { networkOf } from './network-of.ts';
import type { Peered } from './peer-of.ts';
import { shares } from './shares.ts';
import { isSigned } from './signature.ts';
import { tokenBuckets, type Allowance } from './token-buckets.ts';
import { readWebhookPath, type WebhookPath } from './webhook-path.ts';

/** What a sender is told. `retryAfter` is in seconds. */
export interface WebhookReply {
  readonly status: 202 | 400 | 401 | 404 | 405 | 408 | 413 | 422 | 429 | 431 | 503;
  readonly text: string;
  readonly retryAfter?: number;
}

export interface WebhookOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** The keys that sign for the path: none where it names no key, and undefined where nothing is known of it or its keys cannot be read. */
  readonly keysOf: (path: WebhookPath) => readonly Uint8Array[] | undefined;
  /** Whether the keys are known; until then nobody is refused for not being known. */
  readonly ready: () => boolean;
  /** Whether a path that names no key takes unsigned requests. */
  readonly unsigned: boolean;
  /** Takes in what was signed. It is told to the sender what this answers; what it throws, or rejects with, is told as 503. */
  readonly hear: (path: WebhookPath, body: Uint8Array) => WebhookReply | Promise<WebhookReply>;
  /** How long that may take before the sender is asked to come again, milliseconds: one that waits longer than it has time for does not. */
  readonly patience: number;
  /** Of the network (`networkOf`) that a peer is in. */
  readonly perPeer: Allowance;
  readonly perPipeline: Allowance;
  /** Who asks: the socket's address, unless a proxy is trusted to say. */
  readonly peerOf: (request: Peered) => string;
  /** Told of each answer; of the path only where it is one that a webhook may have. */
  readonly onReply: (reply: WebhookReply, peer: string, path: WebhookPath | undefined) => void;
  /** Told of what `hear` throws. */
  readonly onFailure: (error: unknown) => void;
}

// An event of Flux is a few hundred bytes; the longest, with Helm's log in its message, a few thousand.
const longestBody = 64 * 1024;
/** Requests that are worked on at once, of all and of one peer; a further one is asked to come again. */
const mostAtOnce = 256;
const mostOfPeer = mostAtOnce / 4;
const mostPeers = 10_000;
const mostPipelines = 10_000;

// The sender tries again after 2, 4 and 8 s.
const pause = 2;
const busy: WebhookReply = { status: 503, text: 'too much at once', retryAfter: pause };
const notYet: WebhookReply = { status: 503, text: 'not ready yet', retryAfter: pause };
const unkept: WebhookReply = { status: 503, text: 'it cannot be kept now', retryAfter: pause };
const unknown: WebhookReply = { status: 401, text: 'unknown pipeline, or the signature does not fit' };
const tooLong: WebhookReply = { status: 413, text: `the body is longer than ${longestBody} bytes` };
const notFound: WebhookReply = {
  status: 404,
  text: 'not found: the path is /promotion/<namespace>/<pipeline>/<environment>',
};
const notAllowed: WebhookReply = { status: 405, text: 'method not allowed; only POST is' };
const tooOften = (seconds: number): WebhookReply => ({
  status: 429,
  text: 'too many requests',
  retryAfter: Math.max(1, Math.ceil(seconds)),
});

/** Gives the body once it is there, or undefined as soon as it is known to be too long; nothing when the sender breaks off before. */
const read = (request: IncomingMessage, give: (body: Buffer | undefined) => void): void => {
  if (Number(request.headers['content-length'] ?? 0) > longestBody) {
    give(undefined);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    const fitted = length <= longestBody;
    length += chunk.length;
    if (length <= longestBody) chunks.push(chunk);
    else if (fitted) give(undefined);
  });
  request.on('end', () => {
    if (length <= longestBody) give(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
};

const one = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

const answer = (response: ServerResponse, { status, text, retryAfter }: WebhookReply): void => {
  const body = `${text}\n`;
  if (status === 405) response.setHeader('allow', 'POST');
  if (status === 413) response.setHeader('connection', 'close');
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
};

/** The reply, or that nothing could be kept once that has lasted so many milliseconds. */
const soon = (reply: Promise<WebhookReply>, patience: number): Promise<WebhookReply> =>
  new Promise((resolve) => {
    const late = setTimeout(resolve, patience, unkept);
    void reply.then((found) => {
      clearTimeout(late);
      resolve(found);
    });
  });

/**
 * The webhook of Flux's `generic` and `generic-hmac` providers. Nothing of a body is looked at before its signature is
 * known to be right, and from outside an unknown Pipeline, a missing key and a wrong signature are one and the same.
 */
export const webhook = (options: WebhookOptions): RequestListener => {
  const { clock, keysOf, ready, unsigned, hear, patience, peerOf, onReply, onFailure } = options;
  const waitOfPeer = tokenBuckets(options.perPeer, mostPeers);
  const waitOfPipeline = tokenBuckets(options.perPipeline, mostPipelines);
  const takeOfPeer = shares(mostOfPeer);
  let underWay = 0;

  const accepts = (path: WebhookPath, header: string | undefined, body: Uint8Array): boolean => {
    const keys = keysOf(path);
    const signed = isSigned(body, header, keys ?? []);
    return signed || (unsigned && keys?.length === 0);
  };
  const failed = (error: unknown): WebhookReply => {
    onFailure(error);
    return unkept;
  };
  const listenTo = (path: WebhookPath, body: Uint8Array): WebhookReply | Promise<WebhookReply> => {
    try {
      const reply = hear(path, body);
      return reply instanceof Promise ? reply.catch(failed) : reply;
    } catch (error) {
      return failed(error);
    }
  };
  const consider = (path: WebhookPath, header: string | undefined, body: Uint8Array) => {
    if (!accepts(path, header, body)) return ready() ? unknown : notYet;
    // After the signature: nobody else can use up what a Pipeline may hear.
    const wait = waitOfPipeline(`${path.namespace}/${path.pipeline}`, clock.now());
    return wait > 0 ? tooOften(wait) : listenTo(path, body);
  };
  /** What is answered before the body is read. */
  const refuse = (path: WebhookPath | undefined, method: string | undefined, network: string) => {
    const wait = waitOfPeer(network, clock.now());
    if (wait > 0) return tooOften(wait);
    if (!path) return notFound;
    if (method !== 'POST') return notAllowed;
    return underWay >= mostAtOnce ? busy : undefined;
  };

  return (request, response) => {
    const peer = peerOf(request);
    const network = networkOf(peer);
    const path = readWebhookPath(request.url ?? '');
    const tell = (reply: WebhookReply): void => {
      onReply(reply, peer, path);
      answer(response, reply);
      if (!request.complete) request.resume();
    };
    const refused = refuse(path, request.method, network);
    if (refused || !path) {
      tell(refused ?? notFound);
      return;
    }
    const giveBack = takeOfPeer(network);
    if (!giveBack) {
      tell(tooOften(pause));
      return;
    }
    underWay += 1;
    // What is worked on keeps its place, also when its sender was told to come again.
    let ends = 1;
    const end = (): void => {
      ends -= 1;
      if (ends > 0) return;
      underWay -= 1;
      giveBack();
    };
    response.on('close', end);
    read(request, (body) => {
      const reply = body ? consider(path, one(request.headers, 'x-signature'), body) : tooLong;
      if (!(reply instanceof Promise)) tell(reply);
      else {
        ends += 1;
        void reply.then(end);
        void soon(reply, patience).then(tell);
      }
    });
  };
};
