import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export type JsonRequest = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The authority, in PEM, that the server's certificate must come from. */
  readonly ca?: string;
};

/** An answer as it came; `body` is the parsed JSON where it is JSON, else the text. The caller names the type it relies on. */
export type JsonAnswer = {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: unknown;
};

const parsed = (content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
};

/** Sends one request, JSON in and out; resolves for every status, rejects when there is no answer. */
export const requestJson = (
  url: string,
  { method = 'GET', headers = {}, body, ca }: JsonRequest = {},
): Promise<JsonAnswer> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const content = body === undefined ? undefined : JSON.stringify(body);
    const defaults = {
      accept: 'application/json',
      ...(content !== undefined && { 'content-type': 'application/json' }),
    };
    const request = send(
      url,
      { method, headers: { ...defaults, ...headers }, agent: false, ...(ca && { ca }) },
      (response) => {
        text(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed(answer) }),
          reject,
        );
      },
    );
    request.setTimeout(30_000, () => request.destroy(new Error(`${method} ${url}: no answer for 30 s`)));
    request.on('error', reject);
    request.end(content);
  });
