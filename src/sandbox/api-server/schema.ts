import { fieldsOf, isFields, type Fields } from './kubernetes-object.ts';

/** The part of a CRD's structural schema that this server acts on; the rest goes to ajv as it is. */
export type Schema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-validations'?: readonly Rule[];
};

/** A CEL rule of a schema. */
export type Rule = {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
};

/** The schema of a field of an object with this schema; undefined where any field is accepted or none is. */
export const schemaOfField = (schema: Schema | undefined, name: string): Schema | undefined => {
  const named = schema?.properties?.[name];
  if (named) return named;
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
};

const objectMeta = ['apiVersion', 'kind', 'metadata'];

const keeps = (schema: Schema, name: string, root: boolean): boolean =>
  ((root || schema['x-kubernetes-embedded-resource'] === true) && objectMeta.includes(name)) ||
  schema['x-kubernetes-preserve-unknown-fields'] === true ||
  schema.additionalProperties === true;

/** The value without the fields that its schema does not know; their paths are pushed to `unknown`. */
export const prune = (value: unknown, schema: Schema, unknown: string[] = [], path = ''): unknown => {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item, index) => prune(item, items, unknown, `${path}[${index}]`)) : value;
  }
  if (!isFields(value)) return value;
  const kept: Fields = {};
  for (const [name, field] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const known = path === '' && objectMeta.includes(name) ? undefined : schemaOfField(schema, name);
    if (known) kept[name] = prune(field, known, unknown, at);
    else if (keeps(schema, name, path === '')) kept[name] = field;
    else unknown.push(at);
  }
  return kept;
};

/** The value with its schema's defaults where fields are absent; a null where none is allowed counts as absent. */
export const applyDefaults = (value: unknown, schema: Schema): unknown => {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => applyDefaults(item, items)) : value;
  }
  if (!isFields(value)) return value;
  const filled: Fields = { ...value };
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const absent = filled[name] === undefined || (filled[name] === null && field.nullable !== true);
    if (absent) filled[name] = structuredClone(field.default);
  }
  for (const [name, field] of Object.entries(filled)) {
    const known = schemaOfField(schema, name);
    if (known) filled[name] = applyDefaults(field, known);
  }
  return Object.fromEntries(Object.entries(filled).filter(([, field]) => field !== undefined));
};

/** How a list merges: as a whole, by its values, or by the keys of its items. */
export type ListShape =
  { readonly type: 'atomic' | 'set' } | { readonly type: 'map'; readonly keys: readonly string[] };

/** The lists of the built-in types that merge (the rest is replaced as a whole), by the name of their field. */
const builtInLists: Readonly<Record<string, readonly string[]>> = {
  conditions: ['type'],
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'port', 'protocol'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  ownerReferences: ['uid'],
};

/** The keys by which lists of this field merge in the built-in types, if they do. */
export const builtInKeys = (field: string): readonly string[] | undefined => builtInLists[field];

/** How the list in `field` merges, by its schema or, where types are built in, by its name. */
export const listShape = (schema: Schema | undefined, field: string, builtIn: boolean): ListShape => {
  const type = schema?.['x-kubernetes-list-type'];
  if (type === 'map') return { type, keys: schema?.['x-kubernetes-list-map-keys'] ?? [] };
  if (type === 'set') return { type };
  const keys = builtIn ? builtInLists[field] : undefined;
  if (keys) return { type: 'map', keys };
  return { type: builtIn && field === 'finalizers' ? 'set' : 'atomic' };
};

/** The values of an item under its list's keys, absent ones left out. */
export const itemKey = (item: unknown, keys: readonly string[]): Fields => {
  const fields = fieldsOf(item);
  return Object.fromEntries([...keys].sort().flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])));
};
