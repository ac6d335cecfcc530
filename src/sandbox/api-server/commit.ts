import { isDeepStrictEqual } from 'node:util';
import { admit } from './admit.ts';
import { afterRemoval, afterWrite } from './follow.ts';
import { keyOf, without, type KubernetesObject, type ManagedFieldsEntry, type Metadata } from './kubernetes-object.ts';
import { trackUpdate, type Writer } from './managed-fields.ts';
import { toServed, toStored } from './present.ts';
import { namespaces, type ResourceType } from './resource-type.ts';
import { badRequest, conflict, modified, notFound, otherUid } from './status-error.ts';
import type { Store } from './store.ts';

/** What a write is about and how it is to be done. */
export type WriteRequest = {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly writer: Writer;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly strict: boolean;
};

/** The object as it is now, whether the request made it, and the fields that were not known. */
export type Written = {
  readonly object: KubernetesObject;
  readonly created: boolean;
  readonly unknown: readonly string[];
};

/** The object that a request names, as it is now in the version asked for. */
export const liveObject = (store: Store, { type, namespace, name }: WriteRequest): KubernetesObject | undefined => {
  const existing = store.get(type.storage, keyOf({ name, ...(namespace !== undefined && { namespace }) }));
  return existing && toServed(type, existing);
};

/** The object that a request names; 404 if it is not there. */
export const found = (store: Store, request: WriteRequest): KubernetesObject => {
  const live = liveObject(store, request);
  if (!live) throw notFound(request.type, request.name);
  return live;
};

/** What matters for the generation: all but metadata and, where it is a subresource, status. */
const counts = (object: KubernetesObject, type: ResourceType): object =>
  without(object, 'metadata', 'apiVersion', ...(type.status ? ['status'] : []));

/** Stores an object (unless it is only tried), or removes it when its last finalizer has gone. */
export const stored = (store: Store, request: WriteRequest, object: KubernetesObject): KubernetesObject => {
  const { type, dryRun } = request;
  if (dryRun) return object;
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  const gone = deletionTimestamp !== undefined && finalizers.length === 0 && type.storage !== namespaces.storage;
  const before = store.get(type.storage, keyOf(object.metadata));
  const written = gone
    ? store.remove(type.storage, toStored(type, object))
    : store.put(type.storage, toStored(type, object));
  if (gone) afterRemoval(store, type, written);
  else afterWrite(store, type, written, before);
  return toServed(type, written);
};

/** A client may ask to be refused rather than have fields dropped in silence. */
export const requireKnown = ({ type, strict }: WriteRequest, unknown: readonly string[]): void => {
  if (!strict || unknown.length === 0) return;
  const fields = unknown.map((field) => `unknown field "${field}"`).join(', ');
  throw badRequest(
    `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${fields}`,
  );
};

/** The metadata that follows from a write: what only the server sets stays as it was. */
const nextMetadata = (
  live: Metadata,
  asked: Metadata,
  type: ResourceType,
  subresource: boolean,
  changed: boolean,
): Metadata => {
  const system = [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generateName',
  ];
  const kept = Object.fromEntries(Object.entries(live).filter(([field]) => system.includes(field)));
  const free = without(
    subresource ? live : asked,
    ...system,
    'resourceVersion',
    'managedFields',
    'generation',
    'selfLink',
  );
  const generation = type.counted ? { generation: (live.generation ?? 0) + (changed ? 1 : 0) } : {};
  return { ...free, ...kept, ...generation, name: live.name };
};

/** 409 unless the object is still what the writer read. */
export const requireSameVersion = (
  type: ResourceType,
  live: KubernetesObject,
  { resourceVersion, uid }: Partial<Metadata>,
): void => {
  const { name, uid: own = '' } = live.metadata;
  if (uid !== undefined && uid !== own) throw conflict(type, name, otherUid(uid, own));
  if ((resourceVersion ?? '') !== '' && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(type, name, modified);
};

/** The live object as the wanted one makes it, through the main endpoint or its status alone. */
export const replaceWith = (
  store: Store,
  request: WriteRequest,
  live: KubernetesObject,
  wanted: KubernetesObject,
  managed?: readonly ManagedFieldsEntry[],
): Written => {
  const { type, writer } = request;
  requireSameVersion(type, live, wanted.metadata);
  const toStatus = writer.subresource === 'status';
  const status = (toStatus ? wanted : live)['status'];
  const body = toStatus ? live : wanted;
  const whole = type.status ? { ...without(body, 'status'), ...(status !== undefined && { status }) } : body;
  const { object, unknown } = admit(type, { ...whole, metadata: live.metadata }, live);
  requireKnown(request, unknown);
  const changed = !isDeepStrictEqual(counts(object, type), counts(live, type));
  const metadata = nextMetadata(live.metadata, wanted.metadata, type, toStatus, changed);
  const next = { ...object, metadata };
  const { resourceVersion, managedFields: before } = live.metadata;
  const managedFields = managed ?? trackUpdate(live, next, writer, type);
  const complete = { ...next, metadata: { ...metadata, resourceVersion, managedFields } } as KubernetesObject;
  if (isDeepStrictEqual(without(next, 'apiVersion'), withoutVersion(live)) && isDeepStrictEqual(before, managedFields))
    return { object: live, created: false, unknown };
  return { object: stored(store, request, complete), created: false, unknown };
};

const withoutVersion = (live: KubernetesObject): object => ({
  ...without(live, 'apiVersion'),
  metadata: without(live.metadata, 'resourceVersion', 'managedFields'),
});
