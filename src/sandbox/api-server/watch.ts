import type { KubernetesObject } from './kubernetes-object.ts';
import { parseVersion, type ListRequest } from './list.ts';
import { toServed } from './present.ts';
import { groupVersion, type ResourceType } from './resource-type.ts';
import { selectorOf, type Selector } from './selectors.ts';
import { expired, invalid } from './status-error.ts';
import type { Change, Store } from './store.ts';

/** An event of a watch, before it is put into JSON. */
type WatchEvent = {
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
  const last = change.type === 'DELETED' ? object : served(change.previous);
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

type Asked = {
  /** The version to go on from; 0 where the watch starts with what is there. */
  readonly from: number;
  readonly initial: boolean;
  readonly bookmarks: boolean;
  readonly seconds: number;
};

const parseWatch = (params: URLSearchParams): Asked => {
  const initial = params.get('sendInitialEvents') === 'true';
  requireMatch(params, initial);
  return {
    from: parseVersion(params.get('resourceVersion') ?? ''),
    initial,
    bookmarks: ['true', '1'].includes(params.get('allowWatchBookmarks') ?? ''),
    seconds: Number(params.get('timeoutSeconds')) || 1800 + Math.random() * 1800,
  };
};

const sendsBookmarks = (store: Store, type: ResourceType, { from, initial, bookmarks }: Asked, sink: WatchSink) => {
  const began = from === 0 ? store.version() : from;
  return (annotations?: Record<string, string>): void => {
    // The real server does not repeat by a bookmark the version that the watch began with.
    if (!bookmarks || store.version() < (initial ? from : began + 1)) return;
    const metadata = { resourceVersion: String(store.version()), ...(annotations && { annotations }) };
    sink.send({ type: 'BOOKMARK', object: { kind: type.kind, apiVersion: groupVersion(type), metadata } });
  };
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
  const asked = parseWatch(params);
  const { from, initial, seconds } = asked;
  const selects = selectorOf(type, namespace, params);
  const served = (object: KubernetesObject) => toServed(type, object);
  if (!initial && from > 0 && from < store.oldest()) {
    sink.send({ type: 'ERROR', object: expired(`too old resource version: ${from} (${store.oldest()})`).body });
    sink.end();
    return () => undefined;
  }
  const bookmark = sendsBookmarks(store, type, asked, sink);
  const changed = (change: Change) => {
    if (change.version > from) seen(change, selects, served).forEach(sink.send);
  };
  if (initial || from === 0) {
    const objects = store.list(type.storage).map(served).filter(selects);
    for (const object of objects) sink.send({ type: 'ADDED', object });
    if (initial) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else store.changesSince(type.storage, from).forEach(changed);
  return follow(store, type, { changed, end: sink.end, bookmark: () => bookmark(), seconds, bookmarkEvery });
};

type Follow = {
  readonly changed: (change: Change) => void;
  readonly end: () => void;
  readonly bookmark: () => void;
  readonly seconds: number;
  readonly bookmarkEvery: number;
};

const follow = (store: Store, type: ResourceType, { changed, end, bookmark, seconds, bookmarkEvery }: Follow) => {
  const stop = () => {
    timers.forEach(clearTimeout);
    silence();
  };
  const ended = () => {
    stop();
    end();
  };
  const silence = store.listen(type.storage, { changed, ended });
  const timers = [
    setTimeout(ended, seconds * 1000),
    setInterval(bookmark, bookmarkEvery),
    setTimeout(bookmark, (seconds - 1.5) * 1000), // the real server, too, sends a last one shortly before the end
  ];
  return stop;
};
