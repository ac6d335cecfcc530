import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a server does with one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/**
 * A server that answers the n-th request with the n-th answer, and lets requests beyond the script hang. Its version is
 * no part of the script.
 */
export interface ScriptedServer {
  readonly url: string;
  /** The paths of the requests so far, in their order. */
  readonly requests: readonly string[];
  readonly openSockets: () => number;
  readonly close: () => Promise<void>;
}

/** Starts such a server on loopback, without TLS, of a Kubernetes release that does not stream lists. */
export const startScriptedServer = (...script: readonly Answer[]): Promise<ScriptedServer> =>
  startScriptedServerOf(1.33, ...script);

/** Starts such a server of a Kubernetes release. */
export const startScriptedServerOf = async (release: number, ...script: readonly Answer[]): Promise<ScriptedServer> => {
  const [major, minor] = String(release).split('.');
  const answers = [...script];
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (request.url === '/version') return void response.end(JSON.stringify({ major, minor }));
    requests.push(request.url ?? '');
    answers.shift()?.(response, request);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    openSockets: () => sockets.size,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** An object such as an API server sends. */
export const anObject = (name: string, version: string, uid = `uid-of-${name}`) => ({
  metadata: { namespace: 'apps', name, uid, resourceVersion: version },
});

/** A list, or the page of one that has more behind the token `next`. */
export const aList =
  (version: string, objects: readonly object[], next?: string): Answer =>
  (response) =>
    void response.end(
      JSON.stringify({ kind: 'ThingList', items: objects, metadata: { resourceVersion: version, continue: next } }),
    );

export const aLine = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

export const aBookmark = (version: string): string => aLine('BOOKMARK', { metadata: { resourceVersion: version } });

/** A watch that says `lines` and stays open. */
export const aWatch =
  (...lines: readonly string[]): Answer =>
  (response) => {
    response.flushHeaders();
    for (const line of lines) response.write(line);
  };

/** A watch that says `lines` and ends cleanly. */
export const anEndingWatch =
  (...lines: readonly string[]): Answer =>
  (response) =>
    void response.writeHead(200).end(lines.join(''));

/** A watch that says `lines` and breaks off. */
export const aBreakingWatch =
  (...lines: readonly string[]): Answer =>
  (response) =>
    void response.writeHead(200).write(lines.join(''), () => response.destroy());

/** A refusal by a Status object. */
export const aStatus =
  (code: number, message: string, more: object = {}, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end(JSON.stringify({ kind: 'Status', code, message, ...more }));
