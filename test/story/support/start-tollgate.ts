import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createCertificate } from '../../../src/sandbox/api-server/certificate.ts';

/** A request on its way to a server (`before`), or done there and its answer on its way back (`after`); of a watch that is its beginning. */
export interface Passage {
  readonly moment: 'before' | 'after';
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** Lets a request pass, or says `lost`: then it does not reach the server, or its answer does not come back. */
export type Toll = (passage: Passage) => Promise<'passes' | 'lost'>;

export interface Tollgate {
  readonly url: string;
  /** The certificate to trust where it speaks TLS, in PEM. */
  readonly ca: string;
  readonly close: () => Promise<void>;
}

const answerTo = async (
  upstream: URL,
  ca: string | undefined,
  { method, headers, url: path = '/' }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> => {
  const url = new URL(path, upstream);
  const options = { method, headers: { ...headers, host: upstream.host }, agent: false } as const;
  const onward = url.protocol === 'https:' ? https.request(url, { ...options, ca }) : http.request(url, options);
  const [answer] = (await once(onward.end(body), 'response')) as [IncomingMessage];
  return answer;
};

/** Stands before a server and hands everything on; at each request it asks `toll`, before and after. Both ways `retell` changes what is said: told twice it is what it was, and as long. */
export const startTollgate = async (
  upstream: { readonly url: string; readonly ca?: string },
  toll: Toll,
  retell = (latin1: string): string => latin1,
): Promise<Tollgate> => {
  const target = new URL(new URL(upstream.url).origin);
  const retold = (chunk: Buffer) => Buffer.from(retell(chunk.toString('latin1')), 'latin1');
  const follow = (answer: IncomingMessage, response: ServerResponse) => {
    response.flushHeaders(); // a watch without events has nothing else to say
    response.on('close', () => answer.destroy());
    answer.on('error', () => response.destroy());
    const retelling = new Transform({ transform: (chunk: Buffer, _, done) => done(null, retold(chunk)) });
    answer.pipe(retelling).pipe(response);
  };
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', target);
    const body = retold(Buffer.from(await text(request.setEncoding('latin1')), 'latin1'));
    const asked = { method: request.method ?? '', path, query, body: body.toString() };
    if ((await toll({ ...asked, moment: 'before' })) === 'lost') return response.destroy();
    const answer = await answerTo(target, upstream.ca, request, body);
    const answered = query.has('watch') ? undefined : await text(answer.setEncoding('latin1'));
    if ((await toll({ ...asked, moment: 'after' })) === 'lost') {
      answer.destroy();
      return response.destroy();
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (answered === undefined) follow(answer, response);
    else response.end(retold(Buffer.from(answered, 'latin1')));
  };
  const { cert, key } = await createCertificate();
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void handle(request, response).catch(() => response.destroy());
  const secure = target.protocol === 'https:';
  const server = secure ? https.createServer({ cert, key }, listener) : http.createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${target.protocol}//127.0.0.1:${(server.address() as AddressInfo).port}${new URL(upstream.url).pathname}`,
    ca: cert,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** The administrator's kubeconfig of an API server, by way of a gate before it. */
export const throughGate = (server: { readonly token: string }, gate: Tollgate): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'gate',
        cluster: { server: gate.url, 'certificate-authority-data': Buffer.from(gate.ca).toString('base64') },
      },
    ],
    users: [{ name: 'admin', user: { token: server.token } }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'admin' } }],
    'current-context': 'gate',
  });
