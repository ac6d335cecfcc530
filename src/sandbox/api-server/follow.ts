import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from './kubernetes-object.ts';
import { builtInTypes, customTypes, definitions, namespaces, type ResourceType } from './resource-type.ts';
import { timestamp } from './kubernetes-object.ts';
import type { Store } from './store.ts';

/** All types a server serves now: the built-in ones and those of its custom resource definitions. */
export const servedTypes = (store: Store): readonly ResourceType[] => [
  ...builtInTypes,
  ...store.list(definitions.storage).flatMap(customTypes),
];

/** Deletes an object, or marks it deleted while finalizers hold it. Returns what is left of it, if anything. */
export const deleteObject = (
  store: Store,
  type: ResourceType,
  object: KubernetesObject,
): KubernetesObject | undefined => {
  const { metadata } = object;
  const held = (metadata.finalizers ?? []).length > 0 || type.storage === namespaces.storage;
  if (!held) {
    afterRemoval(store, type, store.remove(type.storage, object));
    return undefined;
  }
  if (metadata.deletionTimestamp !== undefined) return object;
  const generation = type.counted ? { generation: (metadata.generation ?? 0) + 1 } : {};
  const marked = { ...metadata, ...generation, deletionTimestamp: timestamp(), deletionGracePeriodSeconds: 0 };
  const phase = type.storage === namespaces.storage ? { status: { phase: 'Terminating' } } : {};
  const left = store.put(type.storage, { ...object, ...phase, metadata: marked });
  if (type.storage !== namespaces.storage) return left;
  emptyNamespace(store, metadata.name);
  return store.get(namespaces.storage, metadata.name);
};

/** Each stored object of a namespace, with its type. */
const contentOf = (store: Store, namespace: string): readonly (readonly [ResourceType, KubernetesObject])[] => {
  const byStorage = new Map(
    servedTypes(store)
      .filter((type) => type.namespaced)
      .map((type) => [type.storage, type]),
  );
  return [...byStorage.values()].flatMap((type) =>
    store
      .list(type.storage)
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map((object) => [type, object] as const),
  );
};

const emptyNamespace = (store: Store, namespace: string): void => {
  for (const [type, object] of contentOf(store, namespace)) deleteObject(store, type, object);
  finishNamespace(store, namespace);
};

/** A namespace that is being deleted goes with the last of its objects. */
const finishNamespace = (store: Store, name: string): void => {
  const namespace = store.get(namespaces.storage, name);
  if (namespace?.metadata.deletionTimestamp === undefined || contentOf(store, name).length > 0) return;
  store.remove(namespaces.storage, namespace);
};

/** What follows from a removal: a namespace may end now; with its definition a custom type goes, and its watches end. */
export const afterRemoval = (store: Store, type: ResourceType, removed: KubernetesObject): void => {
  if (removed.metadata.namespace !== undefined) finishNamespace(store, removed.metadata.namespace);
  if (type.storage !== definitions.storage) return;
  const storage = removed.metadata.name;
  for (const object of store.list(storage)) store.remove(storage, object);
  store.end(storage);
};

/** What follows from a write: watches of a custom type end cleanly when its definition changes. */
export const afterWrite = (
  store: Store,
  type: ResourceType,
  written: KubernetesObject,
  before?: KubernetesObject,
): void => {
  if (type.storage === definitions.storage && before && !isDeepStrictEqual(written['spec'], before['spec']))
    store.end(written.metadata.name);
};
