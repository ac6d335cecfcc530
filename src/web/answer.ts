import type { IncomingMessage } from 'node:http';

/** The headers of an answer; names are looked up in any case. */
export interface AnswerHeaders extends Iterable<[name: string, value: string]> {
  readonly get: (name: string) => string | null;
  readonly has: (name: string) => boolean;
}

/**
 * The part of the web's `Response` that its readers need. Node's own loads a whole HTTP client with the first of them, which
 * blocks for about 40 ms.
 */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Null where there is none by its status. One that nobody wants is to be cancelled, or else it keeps its connection. */
  readonly body: (AsyncIterable<Uint8Array> & { readonly cancel: () => Promise<void> }) | null;
  readonly text: () => Promise<string>;
}

/** Headers by their names in lower case; one that is there several times is joined by commas. */
export const answerHeaders = (fields: Iterable<readonly [name: string, value: string]>): AnswerHeaders => {
  const values = new Map<string, string>();
  for (const [name, value] of fields) {
    const before = values.get(name.toLowerCase());
    values.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return {
    get: (name) => values.get(name.toLowerCase()) ?? null,
    has: (name) => values.has(name.toLowerCase()),
    [Symbol.iterator]: () => values[Symbol.iterator](),
  };
};

const isEmpty = (status: number): boolean => status === 204 || status === 205 || status === 304;

const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
};

/** An answer of Node's http; `chunks` are how its body is read, which may be bounded. */
export const answerOf = (incoming: IncomingMessage, chunks: AsyncIterable<Uint8Array>): Answer => {
  const { statusCode: status = 0, headersDistinct } = incoming;
  const fields = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value) => [name, value] as const),
  );
  if (isEmpty(status)) incoming.resume();
  const cancel = () => {
    incoming.destroy();
    return Promise.resolve();
  };
  return {
    status,
    headers: answerHeaders(fields),
    body: isEmpty(status) ? null : { [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator](), cancel },
    text: () => (isEmpty(status) ? Promise.resolve('') : textOf(chunks)),
  };
};
