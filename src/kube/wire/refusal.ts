import type { AnswerHead } from './answer-head.ts';
import { integerOf, listOf, recordOf, textOf } from '../../model/reading.ts';
import { retryAfterOf } from '../../web/retry-after.ts';

/** What a server said instead of what it was asked for, by HTTP status or by an ERROR event of a watch. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** Milliseconds that the server asks to be left alone. */
  readonly retryAfter: number | undefined;
  /** The version that was asked for is from a future that this server does not have, for instance after a restore of etcd. */
  readonly tooLarge: boolean;
}

/** A refusal on its way up the stack. */
export class RefusedError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}

const longestBody = 64 * 1024;
const longestMessage = 500;
const longestRetryAfter = 300_000;

/** Reads why an answer is not the one that was asked for; of the body at most 64 KiB. `now` makes sense of a `Retry-After` date. */
export const readRefusal = async (
  { status: code, statusText, headers }: Pick<AnswerHead, 'status' | 'statusText' | 'headers'>,
  chunks: AsyncIterable<Buffer>,
  now: number,
): Promise<Refusal> => {
  const body = await readBounded(chunks);
  const retryAfter = retryAfterIn(headers['retry-after'], now);
  const told = statusIn(body);
  if (told !== undefined) return { ...refusalOf(told), code, ...(retryAfter === undefined ? {} : { retryAfter }) };
  const message = (body.trim() || statusText).slice(0, longestMessage);
  return { code, reason: '', message, retryAfter, tooLarge: false };
};

/** The refusal that a Status object tells. */
export const refusalOf = (status: unknown): Refusal => {
  const { code, reason, message, details } = recordOf(status);
  const { causes, retryAfterSeconds } = recordOf(details);
  const seconds = integerOf(retryAfterSeconds);
  const text = textOf(message) ?? '';
  return {
    code: integerOf(code) ?? 0,
    reason: textOf(reason) ?? '',
    message: text.slice(0, longestMessage),
    retryAfter: seconds === undefined ? undefined : bounded(seconds * 1000),
    tooLarge:
      listOf(causes).some((cause) => recordOf(cause)['reason'] === 'ResourceVersionTooLarge') ||
      text.includes('Too large resource version'),
  };
};

const readBounded = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= longestBody) break;
  }
  return Buffer.concat(parts).subarray(0, longestBody).toString();
};

const statusIn = (body: string): unknown => {
  try {
    const value: unknown = JSON.parse(body);
    return recordOf(value)['kind'] === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
};

const retryAfterIn = (header: string | undefined, now: number): number | undefined => {
  const end = retryAfterOf(header, now);
  return end === undefined ? undefined : bounded(end - now);
};

/** A server may ask for patience, but not for being forgotten. */
const bounded = (milliseconds: number): number => Math.min(Math.max(milliseconds, 0), longestRetryAfter);
