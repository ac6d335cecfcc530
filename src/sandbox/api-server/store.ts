import { keyOf, type KubernetesObject } from './kubernetes-object.ts';

/** One write, as watches see it. `version` is the server's counter after it. */
export type Change = {
  readonly version: number;
  readonly resource: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  readonly previous?: KubernetesObject;
};

/** What a watch hears: changes of its resource, and that the resource itself ended. */
type Listener = { readonly changed: (change: Change) => void; readonly ended: () => void };

/** Every object of one server, and the changes that led to them back to `oldest()`. */
export type Store = {
  readonly version: () => number;
  readonly oldest: () => number;
  readonly get: (resource: string, key: string) => KubernetesObject | undefined;
  readonly list: (resource: string, at?: number) => readonly KubernetesObject[];
  readonly changesSince: (resource: string, version: number) => readonly Change[];
  readonly put: (resource: string, object: KubernetesObject) => KubernetesObject;
  readonly remove: (resource: string, object: KubernetesObject) => KubernetesObject;
  readonly listen: (resource: string, listener: Listener) => () => void;
  readonly end: (resource: string) => void;
  readonly compact: () => void;
};

const remembered = 20_000;

/** A store in memory with one version counter, as etcd has one for a cluster. */
export const createStore = (firstVersion = 100): Store => {
  const tables = new Map<string, Map<string, KubernetesObject>>();
  const listeners = new Map<string, Set<Listener>>();
  let log: Change[] = [];
  let version = firstVersion;
  let oldest = firstVersion;

  const made = <T>(all: Map<string, T>, resource: string, make: () => T): T => {
    const found = all.get(resource) ?? make();
    all.set(resource, found);
    return found;
  };
  const table = (resource: string) => made(tables, resource, () => new Map<string, KubernetesObject>());
  const heard = (resource: string) => made(listeners, resource, () => new Set<Listener>());

  const record = (resource: string, type: Change['type'], object: KubernetesObject): KubernetesObject => {
    version += 1;
    const key = keyOf(object.metadata);
    const previous = table(resource).get(key);
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') table(resource).delete(key);
    else table(resource).set(key, stamped);
    const change: Change = { version, resource, type, object: stamped, ...(previous && { previous }) };
    log.push(change);
    if (log.length > remembered) oldest = log.shift()?.version ?? oldest;
    for (const listener of [...heard(resource)]) listener.changed(change);
    return stamped;
  };

  /** The table as it was at a version: the newest one with the changes since undone. */
  const tableAt = (resource: string, at: number): ReadonlyMap<string, KubernetesObject> => {
    const past = new Map(table(resource));
    const since = log.filter((change) => change.resource === resource && change.version > at);
    for (const { object, previous } of since.reverse()) {
      if (previous) past.set(keyOf(previous.metadata), previous);
      else past.delete(keyOf(object.metadata));
    }
    return past;
  };

  return {
    version: () => version,
    oldest: () => oldest,
    get: (resource, key) => table(resource).get(key),
    list: (resource, at = version) =>
      [...tableAt(resource, at)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object),
    changesSince: (resource, since) => log.filter((change) => change.resource === resource && change.version > since),
    put: (resource, object) =>
      record(resource, table(resource).has(keyOf(object.metadata)) ? 'MODIFIED' : 'ADDED', object),
    remove: (resource, object) => record(resource, 'DELETED', object),
    listen: (resource, listener) => {
      heard(resource).add(listener);
      return () => heard(resource).delete(listener);
    },
    end: (resource) => {
      for (const listener of [...heard(resource)]) listener.ended();
    },
    compact: () => {
      log = [];
      oldest = version;
    },
  };
};
