import { isDeepStrictEqual } from 'node:util';
import {
  fieldsOf,
  isFields,
  timestamp,
  type Fields,
  type KubernetesObject,
  type ManagedFieldsEntry,
} from './kubernetes-object.ts';
import { groupVersion, type ResourceType } from './resource-type.ts';
import { itemKey, listShape, schemaOfField, type Schema } from './schema.ts';

/** The way to a field in the notation of FieldsV1: `f:name`, `k:{"key":"value"}`, `v:"value"`. */
export type Path = readonly string[];

/** Every field of an object that can have an owner, by its path in one string. */
export type Leaves = ReadonlyMap<string, { readonly path: Path; readonly value: unknown }>;

/** Who writes, by which verb and through which subresource. */
export type Writer = {
  readonly manager: string;
  readonly operation: ManagedFieldsEntry['operation'];
  readonly subresource: string | undefined;
};

const idOf = (path: Path): string => JSON.stringify(path);
const pathOf = (id: string): Path => JSON.parse(id) as Path;

/** What nobody owns: the type, the identity, and what only the server writes. */
const unowned = new Set(['apiVersion', 'kind']);
const ownedMetadata = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences']);

/** The owned part of an object; `root` says which of its fields count. */
export const ownable = (object: Fields): Fields => {
  const metadata = Object.entries(fieldsOf(object['metadata'])).filter(([name]) => ownedMetadata.has(name));
  const fields = Object.entries(object).filter(([name]) => !unowned.has(name) && name !== 'metadata');
  return { ...Object.fromEntries(fields), ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }) };
};

type Visited = {
  readonly value: unknown;
  readonly schema: Schema | undefined;
  readonly path: Path;
  readonly field: string;
  readonly builtIn: boolean;
};

/** The values within one that merges, or undefined where it is owned as a whole. */
const partsOf = ({ value, schema, path, field, builtIn }: Visited): readonly Visited[] | undefined => {
  if (isFields(value) && schema?.['x-kubernetes-map-type'] !== 'atomic' && Object.keys(value).length > 0)
    return Object.entries(value).map(([name, inner]) => ({
      value: inner,
      schema: schemaOfField(schema, name),
      path: [...path, `f:${name}`],
      field: name,
      builtIn: builtIn || name === 'metadata',
    }));
  const shape = Array.isArray(value) ? listShape(schema, field, builtIn) : undefined;
  if (!Array.isArray(value) || shape === undefined || shape.type === 'atomic') return undefined;
  return value.map((item: unknown) => {
    const step = shape.type === 'map' ? `k:${JSON.stringify(itemKey(item, shape.keys))}` : `v:${JSON.stringify(item)}`;
    return { value: item, schema: schema?.items, path: [...path, step], field, builtIn };
  });
};

/** The leaves of an object: scalars, atomic lists and maps, empty maps, and items of keyed lists (with value true). */
export const leavesOf = (object: Fields, type: ResourceType): Leaves => {
  const leaves = new Map<string, { path: Path; value: unknown }>();
  const visit = (visited: Visited): void => {
    const { path, value } = visited;
    const step = path.at(-1) ?? '';
    if (!step.startsWith('f:') && path.length > 0) leaves.set(idOf(path), { path, value: true });
    if (step.startsWith('v:')) return;
    const parts = partsOf(visited);
    if (parts) parts.forEach(visit);
    else leaves.set(idOf(path), { path, value });
  };
  const value = ownable(object);
  const schema = type.custom?.schema;
  if (Object.keys(value).length > 0) visit({ value, schema, path: [], field: '', builtIn: schema === undefined });
  return leaves;
};

const toFieldsV1 = (ids: Iterable<string>): Fields => {
  const root: Fields = {};
  for (const id of [...ids].sort()) {
    let node = root;
    for (const step of pathOf(id)) node = (node[step] ??= {}) as Fields;
    node['.'] = {};
  }
  const tidy = (node: Fields): Fields => {
    const inner = Object.entries(node).filter(([step]) => step !== '.');
    if (inner.length === 0) return {};
    return {
      ...('.' in node && { '.': {} }),
      ...Object.fromEntries(inner.map(([step, next]) => [step, tidy(fieldsOf(next))])),
    };
  };
  return tidy(root);
};

/** The paths, each in one string, that an entry of managedFields owns. */
export const ownedBy = (entry: ManagedFieldsEntry): ReadonlySet<string> => {
  const ids = new Set<string>();
  const visit = (node: Fields, path: Path): void => {
    const inner = Object.entries(node).filter(([step]) => step !== '.');
    if (path.length > 0 && (inner.length === 0 || '.' in node)) ids.add(idOf(path));
    for (const [step, next] of inner) visit(fieldsOf(next), [...path, step]);
  };
  visit(entry.fieldsV1, []);
  return ids;
};

/** Whether an entry of managedFields is the writer's own. */
export const isOwn = (entry: ManagedFieldsEntry, writer: Writer, apiVersion?: string): boolean =>
  entry.manager === writer.manager &&
  entry.operation === writer.operation &&
  entry.subresource === writer.subresource &&
  (apiVersion === undefined || entry.apiVersion === apiVersion);

/** The entry of a writer that owns these paths; the time is kept where nothing changed. */
export const entryOf = (
  writer: Writer,
  type: ResourceType,
  ids: ReadonlySet<string>,
  old?: ManagedFieldsEntry,
): readonly ManagedFieldsEntry[] => {
  if (ids.size === 0) return [];
  const fieldsV1 = toFieldsV1(ids);
  const { subresource } = writer;
  const same = old !== undefined && isDeepStrictEqual(old.fieldsV1, fieldsV1);
  const head = { manager: writer.manager, operation: writer.operation, apiVersion: groupVersion(type) };
  const time = same ? old.time : timestamp();
  return [{ ...head, time, fieldsType: 'FieldsV1', fieldsV1, ...(subresource !== undefined && { subresource }) }];
};

/** The entry without the given paths; no entry where nothing is left. */
export const disowned = (entry: ManagedFieldsEntry, lost: ReadonlySet<string>): readonly ManagedFieldsEntry[] => {
  const owned = ownedBy(entry);
  const left = new Set([...owned].filter((id) => !lost.has(id)));
  if (left.size === owned.size) return [entry];
  return left.size === 0 ? [] : [{ ...entry, fieldsV1: toFieldsV1(left) }];
};

/** managedFields after an update: the writer owns what it changed, and nobody owns what is gone. */
export const trackUpdate = (
  live: KubernetesObject | undefined,
  next: KubernetesObject,
  writer: Writer,
  type: ResourceType,
): readonly ManagedFieldsEntry[] => {
  const before = live ? leavesOf(live, type) : new Map<string, never>();
  const after = leavesOf(next, type);
  const changed = [...after].filter(
    ([id, { value }]) => !before.has(id) || !isDeepStrictEqual(before.get(id)?.value, value),
  );
  const lost = new Set([...changed.map(([id]) => id), ...[...before.keys()].filter((id) => !after.has(id))]);
  const entries = live?.metadata.managedFields ?? [];
  const own = entries.find((entry) => isOwn(entry, writer, groupVersion(type)));
  const kept = [...(own ? ownedBy(own) : [])].filter((id) => !lost.has(id));
  const others = entries.filter((entry) => entry !== own).flatMap((entry) => disowned(entry, lost));
  return [...others, ...entryOf(writer, type, new Set([...kept, ...changed.map(([id]) => id)]), own)];
};
