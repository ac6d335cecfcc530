import { isFields, type Fields } from './kubernetes-object.ts';
import { builtInKeys } from './schema.ts';

const withoutNulls = (merged: Fields): Fields =>
  Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));

/** RFC 7396: fields of the patch replace the target's, null removes. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isFields(patch)) return patch;
  const old = isFields(target) ? target : {};
  const changed = Object.entries(patch).map(([name, value]) => [name, mergePatch(old[name], value)]);
  return withoutNulls({ ...old, ...(Object.fromEntries(changed) as Fields) });
};

const directive = (name: string): boolean => name.startsWith('$');

const sameItem = (a: unknown, b: unknown, keys: readonly string[]): boolean => {
  const key = keys.find((one) => isFields(b) && b[one] !== undefined);
  return key !== undefined && isFields(a) && isFields(b) && a[key] === b[key];
};

const mergeItems = (target: readonly unknown[], patch: readonly unknown[], keys: readonly string[]): unknown[] =>
  patch.reduce<unknown[]>(
    (list, item) => {
      const at = list.findIndex((one) => sameItem(one, item, keys));
      if (isFields(item) && item['$patch'] === 'delete') return list.filter((_, index) => index !== at);
      return at < 0 ? [...list, strategicMergePatch({}, item)] : list.with(at, strategicMergePatch(list[at], item));
    },
    [...target],
  );

const mergeField = (name: string, old: unknown, value: unknown): unknown => {
  const keys = builtInKeys(name);
  return keys && Array.isArray(value) && Array.isArray(old)
    ? mergeItems(old, value, keys)
    : strategicMergePatch(old, value);
};

/** Kubernetes' own patch for built-in types, as far as kubectl needs it: known lists merge by key, `$patch: delete|replace`. */
export const strategicMergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isFields(patch)) return patch;
  const old = isFields(target) && patch['$patch'] !== 'replace' ? target : {};
  const changed = Object.entries(patch)
    .filter(([name]) => !directive(name))
    .map(([name, value]) => [name, mergeField(name, old[name], value)]);
  return withoutNulls({ ...old, ...(Object.fromEntries(changed) as Fields) });
};
