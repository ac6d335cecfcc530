import type { Attributes, Identity } from './authorize.ts';
import { asObject, parseBody, parseObject } from './body.ts';
import type { Cluster } from './cluster.ts';
import { deleteObject } from './follow.ts';
import { fieldsOf, keyOf, type KubernetesObject } from './kubernetes-object.ts';
import { jsonPatch } from './json-patch.ts';
import { listPage } from './list.ts';
import { mergePatch, strategicMergePatch } from './patch.ts';
import { toPartialList, wantsPartial } from './partial.ts';
import { toItem, toServed } from './present.ts';
import { groupVersion, type ResourceType } from './resource-type.ts';
import type { Asked } from './respond.ts';
import type { Route } from './route.ts';
import {
  badRequest,
  conflict,
  invalid,
  methodNotAllowed,
  modified,
  notFound,
  otherUid,
  unsupportedMediaType,
} from './status-error.ts';
import { toTable, wantsTable } from './table.ts';
import type { Written, WriteRequest } from './commit.ts';
import { createObject } from './create.ts';
import { applyObject, patchObject, updateObject } from './write.ts';

/** A whole answer. */
export type Answer = { readonly code: number; readonly body: object; readonly warnings?: readonly string[] };

/** A request that is allowed, for a type that is served. */
export type Request = {
  readonly cluster: Cluster;
  readonly asked: Asked;
  readonly route: Route;
  readonly type: ResourceType;
  readonly identity: Identity;
};

const tableOptions = ({ params }: Asked) => ({ include: params.get('includeObject') ?? 'Metadata' });

const one = (
  { asked, type }: Request,
  object: KubernetesObject,
  code = 200,
  warnings: readonly string[] = [],
): Answer => {
  const { resourceVersion } = object.metadata;
  const body = wantsTable(asked.accept) ? toTable(type, [object], { resourceVersion }, tableOptions(asked)) : object;
  return { code, body, warnings };
};

const live = ({ cluster, type, route }: Request): KubernetesObject => {
  const { name = '', namespace } = route;
  const found = cluster.store.get(type.storage, keyOf({ name, ...(namespace !== undefined && { namespace }) }));
  if (!found) throw notFound(type, name);
  return toServed(type, found);
};

const list = ({ cluster, asked, type, route }: Request): Answer => {
  const { items, metadata } = listPage(cluster.store, { type, namespace: route.namespace, params: asked.params });
  if (wantsTable(asked.accept)) return { code: 200, body: toTable(type, items, metadata, tableOptions(asked)) };
  if (wantsPartial(asked.accept)) return { code: 200, body: toPartialList(items, metadata) };
  const head = { kind: `${type.kind}List`, apiVersion: groupVersion(type), metadata };
  return { code: 200, body: { ...head, items: items.map((item) => toItem(type, item)) } };
};

const toWrite = ({ asked, route, type }: Request, operation: 'Apply' | 'Update'): WriteRequest => {
  const { params, userAgent } = asked;
  return {
    type,
    namespace: route.namespace,
    name: route.name ?? '',
    writer: {
      manager: params.get('fieldManager') ?? userAgent.split('/')[0] ?? 'unknown',
      operation,
      subresource: route.subresource,
    },
    dryRun: params.get('dryRun') === 'All',
    force: params.get('force') === 'true',
    strict: params.get('fieldValidation') === 'Strict',
  };
};

const written = (request: Request, { object, created, unknown }: Written): Answer => {
  const ignored = request.asked.params.get('fieldValidation') === 'Ignore';
  return one(request, object, created ? 201 : 200, ignored ? [] : unknown.map((field) => `unknown field "${field}"`));
};

const mergeTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

const patch = (request: Request): Answer => {
  const { cluster, asked, type } = request;
  const change = (how: (target: unknown, patch: unknown) => unknown) => {
    const body = parseBody(asked);
    const wanted = (object: KubernetesObject) => asObject(how(object, body), type);
    return written(request, patchObject(cluster.store, toWrite(request, 'Update'), wanted));
  };
  switch (asked.contentType) {
    case 'application/merge-patch+json':
      return change(mergePatch);
    case 'application/json-patch+json':
      return change(jsonPatch);
    case 'application/strategic-merge-patch+json':
      if (type.custom) throw unsupportedMediaType(mergeTypes);
      return change(strategicMergePatch);
    case 'application/apply-patch+yaml':
      return apply(request);
    default:
      throw unsupportedMediaType(mergeTypes);
  }
};

const apply = (request: Request): Answer => {
  const { cluster, asked, type } = request;
  if (!asked.params.has('fieldManager'))
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' },
    ]);
  const body = asObject(parseBody(asked), type);
  if ((body.metadata.managedFields ?? []).length > 0) throw badRequest('metadata.managedFields must be nil');
  return written(request, applyObject(cluster.store, toWrite(request, 'Apply'), body));
};

/** Preconditions of a deletion, from its DeleteOptions. */
const requirePreconditions = ({ asked, type }: Request, { metadata }: KubernetesObject): void => {
  const options = asked.body.length === 0 ? {} : fieldsOf(parseBody(asked));
  const { uid, resourceVersion } = fieldsOf(options['preconditions']);
  if (typeof uid === 'string' && uid !== metadata.uid)
    throw conflict(type, metadata.name, otherUid(uid, metadata.uid ?? ''));
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(type, metadata.name, modified);
};

const remove = (request: Request): Answer => {
  const { cluster, asked, type } = request;
  const object = live(request);
  requirePreconditions(request, object);
  const { name, uid } = object.metadata;
  const left = asked.params.get('dryRun') === 'All' ? undefined : deleteObject(cluster.store, type, object);
  if (left) return one(request, toServed(type, left));
  const details = { name, ...(type.group !== '' && { group: type.group }), kind: type.plural, uid };
  return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
};

const removeAll = (request: Request): Answer => {
  const { cluster, asked, type, route } = request;
  const { items } = listPage(cluster.store, { type, namespace: route.namespace, params: asked.params });
  const answer = list(request);
  for (const object of items) deleteObject(cluster.store, type, object);
  return answer;
};

const requireName = ({ route, type }: Request): void => {
  if (route.name === undefined) throw type.custom ? badRequest('name must be provided') : methodNotAllowed();
};

/** Does what a request asks for, watches apart, and answers it. */
export const answer = (request: Request, { verb }: Attributes): Answer => {
  const { cluster, asked, type, route } = request;
  switch (verb) {
    case 'get':
      return one(request, live(request));
    case 'list':
      return list(request);
    case 'create':
      if (type.namespaced && route.namespace === undefined) throw methodNotAllowed();
      return written(request, createObject(cluster.store, toWrite(request, 'Update'), parseObject(asked, type)));
    case 'update':
      requireName(request);
      return written(request, updateObject(cluster.store, toWrite(request, 'Update'), parseObject(asked, type)));
    case 'patch':
      requireName(request);
      return patch(request);
    case 'delete':
      return remove(request);
    case 'deletecollection':
      return removeAll(request);
    default:
      throw methodNotAllowed();
  }
};
