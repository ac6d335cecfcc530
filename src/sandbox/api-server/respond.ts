import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { StatusError } from './status-error.ts';

/** A request whose body has been read. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly authorization: string;
  readonly gzip: boolean;
  readonly body: Buffer;
};

/** Reads a request to its end. */
export const readRequest = async (request: IncomingMessage): Promise<Asked> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'https://sandbox');
  const { headers } = request;
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    params: url.searchParams,
    accept: headers.accept ?? '',
    contentType: (headers['content-type'] ?? 'application/json').split(';')[0] ?? '',
    userAgent: headers['user-agent'] ?? 'unknown',
    authorization: headers.authorization ?? '',
    gzip: /\bgzip\b/.test(headers['accept-encoding'] ?? ''),
    body: Buffer.concat(chunks),
  };
};

/** Answers as large as this are compressed where the client allows it; the API server's own number. */
const compressedFrom = 128 * 1024;

/** Sends a whole answer: text as plain text, the rest as JSON. */
export const send = (
  response: ServerResponse,
  code: number,
  body: object | string,
  gzip = false,
  warnings: readonly string[] = [],
): void => {
  const plain = typeof body === 'string';
  const bytes = Buffer.from(plain ? body : `${JSON.stringify(body)}\n`);
  const compressed = gzip && bytes.length >= compressedFrom;
  const encoded = compressed ? gzipSync(bytes, { level: 1 }) : bytes;
  response.writeHead(code, {
    'Content-Type': plain ? 'text/plain; charset=utf-8' : 'application/json',
    'Cache-Control': 'no-cache, private',
    'Content-Length': encoded.length,
    ...(compressed && { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' }),
    ...([429, 504].includes(code) && { 'Retry-After': '1' }),
    ...(warnings.length > 0 && { Warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`) }),
  });
  response.end(encoded);
};

/** Sends an error: a Status, or for what this server did not foresee a 500 that says what it was. */
export const sendError = (response: ServerResponse, error: unknown): void => {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
  if (response.headersSent) response.destroy();
  else send(response, status.code, status.body);
};
