import type { KubernetesObject } from './kubernetes-object.ts';
import { parseVersion, type ListRequest } from './list.ts';
import { toServed } from './present.ts';
import { groupVersion } from './resource-type.ts';
import { selectorOf, type Selector } from './selectors.ts';
import { expired, invalid } from './status-error.ts';
import type { Change, Store } from './store.ts';

/** An event of a watch, before it is put into JSON. */
export type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: object;
};

/** Where a watch's events go; `end` closes the stream cleanly. */
export type WatchSink = { readonly send: (event: WatchEvent) => void; readonly end: () => void };

/** A change as a watch with this selector sees it: what leaves the selector is deleted for it, what enters is added. */
const seen = (
  change: Change,
  selects: Selector,
  served: (object: KubernetesObject) => KubernetesObject,
): WatchEvent[] => {
  const object = served(change.object);
  const is = change.type !== 'DELETED' && selects(object);
  const was = change.previous !== undefined && selects(served(change.previous));
  if (is) return [{ type: was ? 'MODIFIED' : 'ADDED', object }];
  if (!was) return [];
  const { resourceVersion = '' } = object.metadata;
  const last = change.previous && change.type !== 'DELETED' ? served(change.previous) : object;
  return [{ type: 'DELETED', object: { ...last, metadata: { ...last.metadata, resourceVersion } } }];
};

const requireMatch = (params: URLSearchParams, initial: boolean): void => {
  const match = params.get('resourceVersionMatch');
  if (initial === (match === 'NotOlderThan')) return;
  const message = initial
    ? 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    : 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
  if (!initial && match === null) return;
  throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
    { reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' },
  ]);
};

/**
 * Starts a watch: sends what is there or what happened since the version asked for, then every change, bookmarks each
 * `bookmarkEvery` milliseconds where they are allowed, and ends after timeoutSeconds. Returns what stops it.
 */
export const startWatch = (
  store: Store,
  request: ListRequest,
  sink: WatchSink,
  bookmarkEvery: number,
): (() => void) => {
  const { type, namespace, params } = request;
  const asked = parseVersion(params.get('resourceVersion') ?? '');
  const initial = params.get('sendInitialEvents') === 'true';
  requireMatch(params, initial);
  const selects = selectorOf(type, namespace, params);
  const served = (object: KubernetesObject) => toServed(type, object);
  const bookmarks = ['true', '1'].includes(params.get('allowWatchBookmarks') ?? '');
  const began = asked === 0 ? store.version() : asked;
  const bookmark = (annotations?: object) => {
    const metadata = { resourceVersion: String(store.version()), ...(annotations && { annotations }) };
    // The real server does not repeat by a bookmark the version that the watch began with.
    if (bookmarks && store.version() >= (initial ? asked : began + 1))
      sink.send({ type: 'BOOKMARK', object: { kind: type.kind, apiVersion: groupVersion(type), metadata } });
  };

  if (!initial && asked > 0 && asked < store.oldest()) {
    sink.send({ type: 'ERROR', object: expired(`too old resource version: ${asked} (${store.oldest()})`).body });
    sink.end();
    return () => undefined;
  }
  const changed = (change: Change) => {
    if (change.version > asked) for (const event of seen(change, selects, served)) sink.send(event);
  };
  if (initial || asked === 0) {
    for (const object of store.list(type.storage).map(served))
      if (selects(object)) sink.send({ type: 'ADDED', object });
    if (initial) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else store.changesSince(type.storage, asked).forEach(changed);

  const timers: NodeJS.Timeout[] = [];
  const stop = () => {
    timers.forEach(clearTimeout);
    silence();
  };
  const end = () => {
    stop();
    sink.end();
  };
  const silence = store.listen(type.storage, { changed, ended: end });
  const seconds = Number(params.get('timeoutSeconds') ?? 0) || 1800 + Math.random() * 1800;
  timers.push(setTimeout(end, seconds * 1000), setInterval(bookmark, bookmarkEvery));
  // The real server sends a last bookmark shortly before the end.
  timers.push(setTimeout(bookmark, (seconds - 1.5) * 1000));
  return stop;
};
