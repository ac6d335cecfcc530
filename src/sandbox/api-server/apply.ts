import { isDeepStrictEqual } from 'node:util';
import {
  fieldsOf,
  isFields,
  type Fields,
  type KubernetesObject,
  type ManagedFieldsEntry,
} from './kubernetes-object.ts';
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
import { invalid, StatusError, type Cause } from './status-error.ts';

/** What server-side apply made of the live object. */
export type Applied = { readonly object: KubernetesObject; readonly managedFields: readonly ManagedFieldsEntry[] };

const itemIs = (item: unknown, wanted: unknown, shape: ListShape): boolean =>
  shape.type === 'map'
    ? isDeepStrictEqual(itemKey(item, shape.keys), itemKey(wanted, shape.keys))
    : isDeepStrictEqual(item, wanted);

type Overlay = (
  live: unknown,
  applied: unknown,
  schema: Schema | undefined,
  field: string,
  builtIn: boolean,
) => unknown;

const overlayItems = (
  live: readonly unknown[],
  applied: readonly unknown[],
  shape: ListShape,
  overlayItem: (live: unknown, applied: unknown) => unknown,
): readonly unknown[] =>
  applied.reduce<readonly unknown[]>((list, item) => {
    const at = list.findIndex((one) => itemIs(one, item, shape));
    return at < 0 ? [...list, item] : list.with(at, overlayItem(list[at], item));
  }, live);

/** The live value with the applied one laid over it: maps by field, keyed lists by item, the rest replaced. */
const overlay: Overlay = (live, applied, schema, field, builtIn) => {
  if (schema?.['x-kubernetes-map-type'] === 'atomic') return applied;
  if (Array.isArray(applied) && Array.isArray(live)) {
    const shape = listShape(schema, field, builtIn);
    const item = (old: unknown, wanted: unknown) => overlay(old, wanted, schema?.items, field, builtIn);
    return shape.type === 'atomic' ? (applied as unknown[]) : overlayItems(live, applied, shape, item);
  }
  if (!isFields(applied) || !isFields(live)) return applied;
  const laid = Object.entries(applied).map(([name, value]) => {
    const inner = schemaOfField(schema, name);
    return [name, overlay(live[name], value, inner, name, builtIn || name === 'metadata')];
  });
  return { ...live, ...(Object.fromEntries(laid) as Fields) };
};

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;

const withoutField = (value: Fields, name: string, rest: Path): Fields => {
  const { [name]: inner, ...others } = value;
  const left = rest.length === 0 ? undefined : removed(inner, rest);
  return left === undefined || isEmpty(left) ? others : { ...others, [name]: left };
};

const withoutItem = (value: readonly unknown[], step: string, rest: Path): readonly unknown[] => {
  const wanted: unknown = JSON.parse(step.slice(2));
  const keys = step.startsWith('k:') ? Object.keys(fieldsOf(wanted)) : undefined;
  const at = value.findIndex((item) => isDeepStrictEqual(keys ? itemKey(item, keys) : item, wanted));
  if (at < 0) return value;
  return rest.length === 0 ? value.toSpliced(at, 1) : value.with(at, removed(value[at], rest));
};

/** The value without what the path leads to; what is empty afterwards goes too. */
const removed = (value: unknown, path: Path): unknown => {
  const [step = '', ...rest] = path;
  if (Array.isArray(value)) return withoutItem(value, step, rest);
  return isFields(value) ? withoutField(value, step.slice(2), rest) : value;
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

const who = ({ manager, subresource, apiVersion, operation }: ManagedFieldsEntry): string =>
  `"${manager}"${subresource === undefined ? '' : ` with subresource "${subresource}"`}` +
  (operation === 'Update' ? ` using ${apiVersion}` : '');

/** The fields that the writer wants otherwise than their owners. */
const conflicts = (live: Leaves, wanted: Leaves, others: readonly ManagedFieldsEntry[]) =>
  others.flatMap((entry) => {
    const owned = ownedBy(entry);
    return [...wanted]
      .filter(([id, { value }]) => owned.has(id) && !isDeepStrictEqual(live.get(id)?.value, value))
      .map(([id, { path }]) => ({ id, entry, field: dotted(path) }));
  });

const refusal = (found: ReturnType<typeof conflicts>): StatusError => {
  const sorted = found
    .map(({ entry, field }) => ({ owner: who(entry), field }))
    .sort((a, b) => (a.field < b.field ? -1 : 1));
  const causes: Cause[] = sorted.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }));
  const groups = [...new Set(sorted.map(({ owner }) => owner))].sort().map((owner) => {
    const fields = sorted.filter((conflict) => conflict.owner === owner).map(({ field }) => `\n- ${field}`);
    return `conflicts with ${owner}:${fields.join('')}`;
  });
  const [only] = causes;
  const message =
    causes.length === 1 && only
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field ?? ''}`
      : `Apply failed with ${causes.length} conflicts: ${groups.join('\n')}`;
  return new StatusError(409, 'Conflict', message, { details: { causes } });
};

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce((inner, step) => (step.startsWith('f:') && isFields(inner) ? inner[step.slice(2)] : undefined), value);

/**
 * A quirk of the real server: where a manager that owned fields within a map applies the map as empty, the map becomes null,
 * which the schema then refuses.
 */
const requireNothingEmptied = (
  type: ResourceType,
  object: KubernetesObject,
  wanted: Leaves,
  dropped: readonly string[],
): void => {
  const emptied = [...wanted.values()].find(
    ({ path, value }) =>
      isEmpty(value) && dropped.some((id) => within(id, JSON.stringify(path))) && valueAt(object, path) === undefined,
  );
  if (!emptied || !type.custom) return;
  const field = dotted(emptied.path).slice(1);
  const wording = `${field} in body must be of type ${Array.isArray(emptied.value) ? 'array' : 'object'}`;
  const message = `Invalid value: "null": ${wording}: "null"`;
  throw invalid(type, object.metadata.name, [{ reason: 'FieldValueTypeInvalid', message, field }]);
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
  requireNothingEmptied(type, object, wanted, dropped);
  const mine = entryOf(writer, type, new Set(wanted.keys()), own?.apiVersion === groupVersion(type) ? own : undefined);
  return { object, managedFields: [...left, ...mine] };
};

/** Whether a path is another one or lies within it; both are JSON lists. */
const within = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer.slice(0, -1)},`);
