import { request, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';

/** Where an API server under contract is, and who may do everything there. */
export type Served = { readonly url: string; readonly ca: string; readonly token: string };

/** A value that was received; `at` gives what is at a path within it, or undefined. */
export type Received = { readonly value: unknown; readonly at: (...path: readonly (string | number)[]) => unknown };

/** An answer; the value is its body where that is JSON. */
type Reply = Received & {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

/** A watch under way: the next event, whose value is null when the server has ended it cleanly. */
export type Watch = { readonly next: () => Promise<Received>; readonly stop: () => void };

/** What a request may carry besides its path. */
type Sent = {
  readonly body?: object | string;
  readonly type?: string;
  readonly accept?: string;
  readonly token?: string;
  readonly gzip?: boolean;
};

/** Plain HTTPS requests to an API server. */
export type Connection = {
  readonly ask: (method: string, path: string, sent?: Sent) => Promise<Reply>;
  readonly get: (path: string, sent?: Sent) => Promise<Reply>;
  readonly create: (path: string, body: object) => Promise<Reply>;
  readonly merge: (path: string, body: object) => Promise<Reply>;
  readonly apply: (path: string, manager: string, body: object, query?: string) => Promise<Reply>;
  readonly remove: (path: string) => Promise<Reply>;
  readonly watch: (path: string, sent?: Sent) => Promise<Watch>;
};

const step = (value: unknown, name: string | number): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[name] : undefined;

const received = (value: unknown): Received => ({ value, at: (...path) => path.reduce(step, value) });

const parsed = (text: string): Received => {
  try {
    return received(JSON.parse(text));
  } catch {
    return received(undefined);
  }
};

const bytesOf = ({ body = '' }: Sent): string => (typeof body === 'object' ? JSON.stringify(body) : body);

const optionsOf = ({ url, ca, token }: Served, method: string, path: string, sent: Sent): [string, RequestOptions] => [
  `${url}${path}`,
  {
    method,
    ca,
    agent: false,
    headers: {
      authorization: `Bearer ${sent.token ?? token}`,
      accept: sent.accept ?? 'application/json',
      // Node sends no length by itself where a DELETE has a body.
      ...(sent.body !== undefined && { 'content-length': Buffer.byteLength(bytesOf(sent)) }),
      ...(sent.body !== undefined && { 'content-type': sent.type ?? 'application/json' }),
      ...(sent.gzip && { 'accept-encoding': 'gzip' }),
    },
  },
];

/** Opens no connection yet: each request is one of its own. */
export const connect = (served: Served): Connection => {
  const ask = (method: string, path: string, sent: Sent = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const asked = request(...optionsOf(served, method, path, sent), (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, ...parsed(text) });
        });
      });
      asked.on('error', reject);
      asked.end(bytesOf(sent));
    });

  const watch = (path: string, sent: Sent = {}) =>
    new Promise<Watch>((resolve, reject) => {
      const asked = request(...optionsOf(served, 'GET', path, sent), (response) => {
        const lines = createInterface({ input: response })[Symbol.asyncIterator]();
        const next = async () => {
          const line: IteratorResult<string, unknown> = await lines.next();
          return line.done === true ? received(null) : parsed(line.value);
        };
        resolve({ next, stop: () => asked.destroy() });
      });
      asked.on('error', reject);
      asked.end();
    });

  return {
    ask,
    watch,
    get: (path, sent) => ask('GET', path, sent),
    create: (path, body) => ask('POST', path, { body }),
    merge: (path, body) => ask('PATCH', path, { body, type: 'application/merge-patch+json' }),
    apply: (path, manager, body, query = '') =>
      ask('PATCH', `${path}?fieldManager=${manager}${query}`, { body, type: 'application/apply-patch+yaml' }),
    remove: (path) => ask('DELETE', path),
  };
};
