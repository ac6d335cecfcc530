import { isFields, type Fields } from './kubernetes-object.ts';
import { builtInKeys } from './schema.ts';

/** RFC 7396: fields of the patch replace the target's, null removes. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isFields(patch)) return patch;
  const merged: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
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

/** Kubernetes' own patch for built-in types, as far as kubectl needs it: known lists merge by key, `$patch: delete|replace`. */
export const strategicMergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isFields(patch)) return patch;
  const merged: Fields = isFields(target) && patch['$patch'] !== 'replace' ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    const keys = builtInKeys(name);
    const old = merged[name];
    if (directive(name)) continue;
    if (value === null) delete merged[name];
    else if (keys && Array.isArray(value) && Array.isArray(old)) merged[name] = mergeItems(old, value, keys);
    else merged[name] = strategicMergePatch(old, value);
  }
  return merged;
};
