import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answer, type Request } from './answer.ts';
import { authorize } from './authorize.ts';
import { authenticate, typeOf, type Cluster } from './cluster.ts';
import { discover } from './discovery.ts';
import { servedTypes } from './follow.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { toPartial, wantsPartial } from './partial.ts';
import { readRequest, send, sendError, type Asked } from './respond.ts';
import { review } from './reviews.ts';
import { attributesOf, parseRoute } from './route.ts';
import { StatusError } from './status-error.ts';
import { toTable, wantsTable } from './table.ts';
import { startWatch } from './watch.ts';

/** The open watches of a server, so that they can be cut. */
export type OpenWatches = Set<ServerResponse>;

const watch = ({ cluster, asked, type, route }: Request, response: ServerResponse, open: OpenWatches): void => {
  const table = wantsTable(asked.accept);
  const partial = wantsPartial(asked.accept);
  let headers = true;
  const shown = (object: object): object => {
    if (!('metadata' in object)) return object;
    if (partial) return toPartial(object as KubernetesObject);
    if (!table) return object;
    const one = object as KubernetesObject;
    const { resourceVersion } = one.metadata;
    const shownTable = toTable(
      type,
      [one],
      { resourceVersion },
      { include: asked.params.get('includeObject') ?? 'Metadata', headers },
    );
    headers = false;
    return shownTable;
  };
  const begin = () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
    response.flushHeaders();
  };
  const request = { type, namespace: route.namespace, params: asked.params };
  const sink = {
    send: ({ type, object }: { type: string; object: object }) => {
      begin();
      response.write(`${JSON.stringify({ type, object: type === 'ERROR' ? object : shown(object) })}\n`);
    },
    end: () => response.end(),
  };
  const stop = startWatch(cluster.store, request, sink, cluster.bookmarkEvery);
  begin();
  open.add(response);
  response.on('close', () => {
    open.delete(response);
    stop();
  });
};

const perform = (cluster: Cluster, asked: Asked, response: ServerResponse, open: OpenWatches): void => {
  const identity = authenticate(cluster, asked.authorization);
  const found = discover(asked.path, servedTypes(cluster.store));
  if (found !== undefined) {
    send(response, 200, found, asked.gzip);
    return;
  }
  const route = parseRoute(asked.path);
  if (!route) {
    send(response, 404, '404 page not found\n');
    return;
  }
  const said = review(cluster, asked, route, identity);
  if (said) {
    send(response, 201, said);
    return;
  }
  const attributes = attributesOf(asked.method, route, asked.params);
  authorize(cluster.store, identity, attributes);
  const type = typeOf(cluster, route);
  if (!type) {
    send(response, 404, '404 page not found\n');
    return;
  }
  const request: Request = { cluster, asked, route, type, identity };
  if (attributes.verb === 'watch') {
    watch(request, response, open);
    return;
  }
  const { code, body, warnings = [] } = answer(request, attributes);
  send(response, code, body, asked.gzip, warnings);
};

/** Answers one HTTP request. */
export const handle = async (
  cluster: Cluster,
  request: IncomingMessage,
  response: ServerResponse,
  open: OpenWatches,
): Promise<void> => {
  try {
    perform(cluster, await readRequest(request), response, open);
  } catch (error) {
    // A version of the future might still come: the API server waits for it before it says no.
    if (error instanceof StatusError && error.code === 504)
      await wait(cluster.futureVersionWait, undefined, { ref: false });
    sendError(response, error);
  }
};
