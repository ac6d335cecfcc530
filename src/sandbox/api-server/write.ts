import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { admit } from './admit.ts';
import { applyConfiguration } from './apply.ts';
import {
  keyOf,
  timestamp,
  without,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type Metadata,
} from './kubernetes-object.ts';
import { trackUpdate, type Writer } from './managed-fields.ts';
import { toServed, toStored } from './present.ts';
import { afterRemoval, afterWrite } from './follow.ts';
import { definitions, namespaces, type ResourceType } from './resource-type.ts';
import { alreadyExists, badRequest, conflict, invalid, modified, notFound, StatusError } from './status-error.ts';
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

const liveObject = (store: Store, { type, namespace, name }: WriteRequest): KubernetesObject | undefined => {
  const found = store.get(type.storage, keyOf({ name, ...(namespace !== undefined && { namespace }) }));
  return found && toServed(type, found);
};

const found = (store: Store, request: WriteRequest): KubernetesObject => {
  const live = liveObject(store, request);
  if (!live) throw notFound(request.type, request.name);
  return live;
};

/** What matters for the generation: all but metadata and, where it is a subresource, status. */
const counts = (object: KubernetesObject, type: ResourceType): object =>
  without(object, 'metadata', 'apiVersion', ...(type.status ? ['status'] : []));

const stored = (store: Store, request: WriteRequest, object: KubernetesObject): KubernetesObject => {
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
const requireKnown = ({ type, strict }: WriteRequest, unknown: readonly string[]): void => {
  if (!strict || unknown.length === 0) return;
  const fields = unknown.map((field) => `unknown field "${field}"`).join(', ');
  throw badRequest(
    `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${fields}`,
  );
};

const requireNamespace = (store: Store, { type, namespace }: WriteRequest, name: string): void => {
  if (!type.namespaced) return;
  const home = store.get(namespaces.storage, namespace ?? '');
  if (!home) throw notFound(namespaces, namespace ?? '');
  if (home.metadata.deletionTimestamp === undefined) return;
  const message = `${type.plural} "${name}" is forbidden: unable to create new content in namespace ${namespace ?? ''} because it is being terminated`;
  throw new StatusError(403, 'Forbidden', message, { details: { name, kind: type.plural } });
};

const nameOf = ({ name, generateName = '' }: Partial<Metadata>): string =>
  name ?? (generateName === '' ? '' : `${generateName}${randomBytes(3).toString('hex').slice(0, 5)}`);

const requireName = (type: ResourceType, name: string): void => {
  const path = type.group.startsWith('rbac.')
    ? /^[^/%]+$/
    : /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  if (path.test(name)) return;
  const required = { reason: 'FieldValueRequired', message: 'Required value: name or generateName is required' };
  const wrong = {
    reason: 'FieldValueInvalid',
    message:
      `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must ` +
      "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  };
  throw invalid(type, name, [{ ...(name === '' ? required : wrong), field: 'metadata.name' }]);
};

/** Creates an object; 409 if it is there, 404 if its namespace is not. */
export const createObject = (
  store: Store,
  request: WriteRequest,
  body: KubernetesObject,
  managed?: readonly ManagedFieldsEntry[],
): Written => {
  const { type, namespace, writer } = request;
  const name = nameOf(body.metadata);
  requireName(type, name);
  if ((body.metadata.namespace ?? namespace) !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  requireNamespace(store, request, name);
  if (liveObject(store, { ...request, name })) throw alreadyExists(type, name);
  const metadata: Metadata = {
    ...without(body.metadata, 'deletionTimestamp', 'managedFields', 'resourceVersion', 'selfLink'),
    name,
    ...(namespace !== undefined && { namespace }),
    uid: randomUUID(),
    creationTimestamp: timestamp(),
    ...(type.counted && { generation: 1 }),
  };
  const { object, unknown } = admit(type, { ...(type.status ? without(body, 'status') : body), metadata });
  requireKnown(request, unknown);
  const managedFields = managed ?? trackUpdate(undefined, object, writer, type);
  const complete = { ...object, metadata: { ...object.metadata, managedFields } };
  return { object: stored(store, request, complete), created: true, unknown };
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

const requireSameVersion = (
  type: ResourceType,
  live: KubernetesObject,
  { resourceVersion, uid }: Partial<Metadata>,
): void => {
  const { name } = live.metadata;
  if (uid !== undefined && uid !== live.metadata.uid)
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`,
    );
  if ((resourceVersion ?? '') !== '' && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(type, name, modified);
};

/** The live object as the wanted one makes it, through the main endpoint or its status alone. */
const replaceWith = (
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
  const { object, unknown } = admit(type, { ...whole, metadata: live.metadata } as KubernetesObject, live);
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

/** Types whose objects may be put without saying which version they replace. */
const unconditional = (type: ResourceType): boolean =>
  type.custom === undefined && type.kind !== 'Lease' && type.storage !== definitions.storage;

/** Replaces an object, or its status. */
export const updateObject = (store: Store, request: WriteRequest, body: KubernetesObject): Written => {
  const { type, name } = request;
  if (body.metadata.name !== name)
    throw badRequest(`the name of the object (${body.metadata.name}) does not match the name on the URL (${name})`);
  const live = found(store, request);
  if ((body.metadata.resourceVersion ?? '') === '' && !unconditional(type))
    throw invalid(type, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0x0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  return replaceWith(store, request, live, body);
};

/** Changes an object, or its status, by a function from the live object to the wanted one. */
export const patchObject = (
  store: Store,
  request: WriteRequest,
  change: (live: KubernetesObject) => KubernetesObject,
): Written => {
  const live = found(store, request);
  return replaceWith(store, request, live, change(live));
};

/** Server-side apply: creates the object or merges what the manager applies into it. */
export const applyObject = (store: Store, request: WriteRequest, sent: KubernetesObject): Written => {
  const { type, name, namespace, writer, force } = request;
  const body = appliedPart(type, writer, sent);
  const live = liveObject(store, request);
  if (!live && writer.subresource !== undefined) throw notFound(type, name);
  const metadata: Metadata = { ...body.metadata, name, ...(namespace !== undefined && { namespace }) };
  if (live) {
    requireSameVersion(type, live, metadata);
    const { object, managedFields } = applyConfiguration(live, body, writer, type, force);
    return replaceWith(store, request, live, object, managedFields);
  }
  if ((metadata.resourceVersion ?? '') !== '') throw conflict(type, name, modified);
  const { managedFields } = applyConfiguration({ ...body, metadata: { name } }, body, writer, type, force);
  return createObject(store, request, { ...body, metadata }, managedFields);
};

/** What counts of a sent configuration: the status alone for the status subresource, else all but it. */
const appliedPart = (type: ResourceType, { subresource }: Writer, sent: KubernetesObject): KubernetesObject => {
  if (!type.status) return sent;
  if (subresource !== 'status') return without(sent, 'status');
  const { name, resourceVersion, uid } = sent.metadata;
  const metadata = {
    name,
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(uid !== undefined && { uid }),
  };
  const { apiVersion, kind, status } = sent;
  return { apiVersion, kind, metadata, ...(status !== undefined && { status }) };
};
