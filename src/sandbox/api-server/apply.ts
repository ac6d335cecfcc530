import { isDeepStrictEqual } from 'node:util';
import { isFields, type Fields, type KubernetesObject, type ManagedFieldsEntry } from './kubernetes-object.ts';
import {
  disowned,
  entryOf,
  isOwn,
  leavesOf,
  ownable,
  ownedBy,
  type Leaves,
  type Path,
  type Writer,
} from './managed-fields.ts';
import { groupVersion, type ResourceType } from './resource-type.ts';
import { itemKey, listShape, schemaOfField, type ListShape, type Schema } from './schema.ts';
import { StatusError, type Cause } from './status-error.ts';

/** What server-side apply made of the live object. */
export type Applied = { readonly object: KubernetesObject; readonly managedFields: readonly ManagedFieldsEntry[] };

const itemIs = (item: unknown, wanted: unknown, shape: ListShape): boolean =>
  shape.type === 'map'
    ? isDeepStrictEqual(itemKey(item, shape.keys), itemKey(wanted, shape.keys))
    : isDeepStrictEqual(item, wanted);

/** The live value with the applied one laid over it: maps by field, keyed lists by item, the rest replaced. */
const overlay = (
  live: unknown,
  applied: unknown,
  schema: Schema | undefined,
  field: string,
  builtIn: boolean,
): unknown => {
  if (Array.isArray(applied)) {
    const shape = listShape(schema, field, builtIn);
    if (shape.type === 'atomic' || !Array.isArray(live)) return applied;
    return (applied as unknown[]).reduce<unknown[]>((list, item) => {
      const at = list.findIndex((one) => itemIs(one, item, shape));
      return at < 0 ? [...list, item] : list.with(at, overlay(list[at], item, schema?.items, field, builtIn));
    }, live);
  }
  if (!isFields(applied) || !isFields(live) || schema?.['x-kubernetes-map-type'] === 'atomic') return applied;
  const merged: Fields = { ...live };
  for (const [name, value] of Object.entries(applied))
    merged[name] = overlay(live[name], value, schemaOfField(schema, name), name, builtIn || name === 'metadata');
  return merged;
};

/** The value without what the path leads to. */
const removed = (value: unknown, path: Path): unknown => {
  const [step = '', ...rest] = path;
  const name = step.slice(2);
  if (step.startsWith('f:')) {
    if (!isFields(value) || value[name] === undefined) return value;
    const { [name]: inner, ...others } = value;
    return rest.length === 0 ? others : { ...others, [name]: removed(inner, rest) };
  }
  if (!Array.isArray(value)) return value;
  const wanted: unknown = JSON.parse(name);
  const keys = isFields(wanted) && step.startsWith('k:') ? Object.keys(wanted) : undefined;
  const at = (value as unknown[]).findIndex((item) => isDeepStrictEqual(keys ? itemKey(item, keys) : item, wanted));
  if (at < 0) return value;
  return rest.length === 0 ? value.toSpliced(at, 1) : value.with(at, removed(value[at], rest));
};

const dotted = (path: Path): string =>
  path
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      const key: unknown = JSON.parse(step.slice(2));
      if (!isFields(key)) return `[=${JSON.stringify(key)}]`;
      return `[${Object.entries(key)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');

const who = ({ manager, subresource, apiVersion, operation, time }: ManagedFieldsEntry): string =>
  `conflict with "${manager}"${subresource === undefined ? '' : ` with subresource "${subresource}"`} using ${apiVersion}` +
  (operation === 'Update' ? ` at ${time}` : '');

/** The fields that the writer wants otherwise than their owners. */
const conflicts = (live: Leaves, wanted: Leaves, others: readonly ManagedFieldsEntry[]) =>
  others.flatMap((entry) => {
    const owned = ownedBy(entry);
    return [...wanted]
      .filter(([id, { value }]) => owned.has(id) && !isDeepStrictEqual(live.get(id)?.value, value))
      .map(([id, { path }]) => ({ id, entry, field: dotted(path) }));
  });

const refusal = (found: ReturnType<typeof conflicts>): StatusError => {
  const causes: Cause[] = found.map(({ entry, field }) => ({
    reason: 'FieldManagerConflict',
    message: who(entry),
    field,
  }));
  const groups = [...new Set(causes.map(({ message }) => message))].map((message) => {
    const fields = causes.filter((cause) => cause.message === message).map((cause) => cause.field ?? '');
    return fields.length === 1
      ? `${message}: ${fields.join()}`
      : `${message}:\n${fields.map((field) => `- ${field}`).join('\n')}`;
  });
  const count = `${causes.length} conflict${causes.length === 1 ? '' : 's'}`;
  const message = `Apply failed with ${count}: ${groups.join('\n')}`;
  return new StatusError(409, 'Conflict', message, { details: { causes } });
};

/**
 * Server-side apply: what the writer sends becomes so, what it sent before and sends no more goes (unless another owns
 * it), and another manager's field that would change is a 409 unless `force`.
 */
export const applyConfiguration = (
  live: KubernetesObject,
  body: KubernetesObject,
  writer: Writer,
  type: ResourceType,
  force: boolean,
): Applied => {
  const entries = live.metadata.managedFields ?? [];
  const own = entries.find((entry) => isOwn(entry, writer));
  const others = entries.filter((entry) => entry !== own);
  const wanted = leavesOf(body, type);
  const found = conflicts(leavesOf(live, type), wanted, others);
  if (found.length > 0 && !force) throw refusal(found);
  const taken = new Set(found.map(({ id }) => id));
  const left = others.flatMap((entry) => disowned(entry, taken));
  const theirs = left.flatMap((entry) => [...ownedBy(entry)]);
  const dropped = [...(own ? ownedBy(own) : [])].filter(
    (id) => !wanted.has(id) && !theirs.some((other) => within(other, id)),
  );
  const laid = overlay(live, ownable(body), type.custom?.schema, '', type.custom === undefined);
  const object = dropped.reduce<unknown>(
    (value, id) => removed(value, JSON.parse(id) as Path),
    laid,
  ) as KubernetesObject;
  const mine = entryOf(writer, type, new Set(wanted.keys()), own?.apiVersion === groupVersion(type) ? own : undefined);
  return { object, managedFields: [...left, ...mine] };
};

/** Whether a path is another one or lies within it; both are JSON lists. */
const within = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer.slice(0, -1)},`);
