import { FailureError, type Remedy } from '../model/failure.ts';

/** A request body with what it is. */
export interface Letter {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostOptions {
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** A status that says that the receiver has had the letter before. */
  readonly known?: number;
}

/** What is read of an answer, for the log; characters. */
const longestAnswer = 200;

const failure = (remedy: Remedy, reason: string, message: string, retryAfter?: number) =>
  new FailureError({ remedy, reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) });

/** The beginning of an answer in one line; the rest is not read. */
const wordsOf = async ({ body }: Response): Promise<string> => {
  const [first] = body ? await firstChunks(body) : [];
  const text = new TextDecoder().decode(first?.subarray(0, longestAnswer));
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
};

const firstChunks = async (body: ReadableStream<Uint8Array>): Promise<readonly Uint8Array[]> => {
  const reader = body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return value ? [value] : [];
};

/** When the answer asks to be left alone until, milliseconds. */
const retryAfterOf = ({ headers }: Response, now: number): number | undefined => {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(text)) return now + Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
};

/** A cause is said by its code: undici's message for most of what goes wrong is "fetch failed". */
const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error ? cause.message : error.message);
};

/**
 * Posts a letter; resolves when it was taken (2xx, or `known`). Throws a FailureError: to be retried where the receiver cannot be reached, fails (5xx)
 * or has enough (408, 429), else to be given up. Redirects are not followed. What is said of a failure holds neither the letter nor a
 * path or query of the address.
 */
export const post = async ({ headers, body }: Letter, { url, now, signal, known }: PostOptions): Promise<void> => {
  const { host } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  } catch (error) {
    throw failure('retry', 'ReceiverUnreachable', `${host} cannot be reached: ${causeOf(error)}`);
  }
  const { status } = response;
  const words = await wordsOf(response).catch(() => '');
  if (response.ok || status === known) return;
  const said = `${host} answers ${status}${words === '' ? '' : ` (${words})`}`;
  if (status >= 300 && status < 400) throw failure('give-up', 'ReceiverMoved', `${said}: redirects are not followed`);
  if (status === 429) throw failure('retry', 'ReceiverBusy', said, retryAfterOf(response, now()));
  if (status === 408 || status >= 500) throw failure('retry', 'ReceiverFailed', said, retryAfterOf(response, now()));
  throw failure('give-up', 'ReceiverRefused', said);
};
