import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createCertificate } from '../../../src/sandbox/api-server/certificate.ts';

/** A write on its way to a server (`before`), or done there and its answer on its way back (`after`). */
export interface Passage {
  readonly moment: 'before' | 'after';
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Lets a write pass, or says `lost`: then it does not reach the server, or its answer does not come back. */
export type Toll = (passage: Passage) => Promise<'passes' | 'lost'>;

export interface Tollgate {
  readonly url: string;
  /** The certificate to trust where it speaks TLS, in PEM. */
  readonly ca: string;
  readonly close: () => Promise<void>;
}

/** Everything that changes something; git also asks by POST. */
const isWrite = (method: string, path: string): boolean => method !== 'GET' && !path.endsWith('/git-upload-pack');

const answerOf = (upstream: URL, ca: string | undefined, request: IncomingMessage): http.ClientRequest => {
  const { method, headers } = request;
  const url = new URL(request.url ?? '/', upstream);
  const options = { method, headers: { ...headers, host: upstream.host } };
  return url.protocol === 'https:'
    ? https.request(url, { ...options, ca, agent: false })
    : http.request(url, { ...options, agent: false });
};

const passBack = (answer: IncomingMessage, response: ServerResponse, body?: string): void => {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.flushHeaders(); // a watch without events has nothing else to say
  if (body === undefined) answer.pipe(response);
  else response.end(Buffer.from(body, 'latin1'));
};

/** Stands before a server and hands everything on; at each write it asks `toll`, before and after. */
export const startTollgate = async (
  upstream: { readonly url: string; readonly ca?: string },
  toll: Toll,
): Promise<Tollgate> => {
  const target = new URL(new URL(upstream.url).origin);
  const read = (request: IncomingMessage, response: ServerResponse) => {
    const onward = answerOf(target, upstream.ca, request);
    onward.on('response', (answer) => passBack(answer, response)).on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };
  const write = async (request: IncomingMessage, response: ServerResponse, path: string) => {
    const method = request.method ?? '';
    const body = await text(request.setEncoding('latin1'));
    const shown = { method, path, body: Buffer.from(body, 'latin1').toString() };
    if ((await toll({ ...shown, moment: 'before' })) === 'lost') return response.destroy();
    const onward = answerOf(target, upstream.ca, request).end(Buffer.from(body, 'latin1'));
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    const answered = await text(answer.setEncoding('latin1'));
    if ((await toll({ ...shown, moment: 'after' })) === 'lost') return response.destroy();
    passBack(answer, response, answered);
  };
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', target);
    if (!isWrite(request.method ?? '', pathname)) {
      read(request, response);
      return;
    }
    write(request, response, pathname).catch(() => response.destroy());
  };
  const { cert, key } = await createCertificate();
  const secure = target.protocol === 'https:';
  const server = secure ? https.createServer({ cert, key }, handle) : http.createServer(handle);
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
