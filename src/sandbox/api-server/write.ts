import { applyConfiguration } from './apply.ts';
import { found, liveObject, replaceWith, requireSameVersion, type WriteRequest, type Written } from './commit.ts';
import { createObject } from './create.ts';
import { without, type KubernetesObject, type Metadata } from './kubernetes-object.ts';
import type { Writer } from './managed-fields.ts';
import { definitions, type ResourceType } from './resource-type.ts';
import { prune } from './schema.ts';
import { badRequest, immutable, invalid, notFound, StatusError } from './status-error.ts';
import type { Store } from './store.ts';

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

/** Patches may not touch what the server alone sets; the rest of that kind is ignored in silence. */
const requireSameIdentity = (type: ResourceType, { metadata }: KubernetesObject, wanted: Partial<Metadata>): void => {
  for (const field of ['uid', 'deletionTimestamp'] as const) {
    const value = wanted[field];
    if (value !== undefined && value !== metadata[field])
      throw immutable(type, metadata.name, `metadata.${field}`, value);
  }
};

/** The real server reads a configuration by its schema before anything else; unknown fields are an error of its own. */
const requireTyped = (type: ResourceType, { namespace = '' }: WriteRequest, body: KubernetesObject): void => {
  const unknown: string[] = [];
  if (type.custom) prune(body, type.custom.schema, unknown);
  const [first] = unknown;
  if (first === undefined) return;
  const what = `(${namespace}/${body.metadata.name}; ${body.apiVersion}, Kind=${type.kind})`;
  throw new StatusError(
    500,
    '',
    `failed to create typed patch object ${what}: .${first}: field not declared in schema`,
  );
};

/** Changes an object, or its status, by a function from the live object to the wanted one. */
export const patchObject = (
  store: Store,
  request: WriteRequest,
  change: (live: KubernetesObject) => KubernetesObject,
): Written => {
  const live = found(store, request);
  const wanted = change(live);
  const toStatus = request.writer.subresource === 'status'; // where the real server does not look at the identity
  if (!toStatus) requireSameIdentity(request.type, live, wanted.metadata);
  const { metadata } = toStatus ? { metadata: without(wanted.metadata, 'uid') } : wanted;
  return replaceWith(store, request, live, { ...wanted, metadata });
};

/** Server-side apply: creates the object or merges what the manager applies into it. */
export const applyObject = (store: Store, request: WriteRequest, sent: KubernetesObject): Written => {
  const { type, name, namespace, writer, force } = request;
  requireTyped(type, request, sent);
  const body = appliedPart(type, writer, sent);
  const live = liveObject(store, request);
  if (!live && writer.subresource !== undefined) throw notFound(type, name);
  const metadata: Metadata = { ...body.metadata, name, ...(namespace !== undefined && { namespace }) };
  if (live) {
    requireSameIdentity(type, live, metadata);
    requireSameVersion(type, live, without(metadata, 'uid'));
    const { object, managedFields } = applyConfiguration(live, body, writer, type, force);
    return replaceWith(store, request, live, object, managedFields);
  }
  const { managedFields } = applyConfiguration({ ...body, metadata: { name } }, body, writer, type, force);
  return createObject(store, request, { ...body, metadata }, managedFields);
};

/** What counts of a sent configuration: the status alone for the status subresource, else all but it. */
const appliedPart = (type: ResourceType, { subresource }: Writer, sent: KubernetesObject): KubernetesObject => {
  if (!type.status) return sent;
  if (subresource !== 'status') return without(sent, 'status');
  const { name, resourceVersion } = sent.metadata; // not the uid: the real server does not look at it here
  const metadata = { name, ...(resourceVersion !== undefined && { resourceVersion }) };
  const { apiVersion, kind, status } = sent;
  return { apiVersion, kind, metadata, ...(status !== undefined && { status }) };
};
