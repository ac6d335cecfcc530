import { randomBytes, randomUUID } from 'node:crypto';
import { admit } from './admit.ts';
import { liveObject, requireKnown, stored, type WriteRequest, type Written } from './commit.ts';
import {
  timestamp,
  without,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type Metadata,
} from './kubernetes-object.ts';
import { trackUpdate } from './managed-fields.ts';
import { namespaces, type ResourceType } from './resource-type.ts';
import { alreadyExists, badRequest, invalid, notFound, qualified, StatusError } from './status-error.ts';
import type { Store } from './store.ts';

const requireNamespace = (store: Store, { type, namespace }: WriteRequest, name: string): void => {
  if (!type.namespaced) return;
  const home = store.get(namespaces.storage, namespace ?? '');
  if (!home) throw notFound(namespaces, namespace ?? '');
  if (home.metadata.deletionTimestamp === undefined) return;
  const message = `${qualified(type.plural, type.group)} "${name}" is forbidden: unable to create new content in namespace ${namespace ?? ''} because it is being terminated`;
  const group = type.group === '' ? {} : { group: type.group };
  throw new StatusError(403, 'Forbidden', message, { details: { name, ...group, kind: type.plural } });
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
