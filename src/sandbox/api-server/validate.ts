import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { brokenRules, hasRules } from './cel.ts';
import { fieldsOf, isFields, listOf, type Fields, type KubernetesObject } from './kubernetes-object.ts';
import { itemKey, schemaOfField, type Schema } from './schema.ts';
import type { Cause } from './status-error.ts';

const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, unicodeRegExp: false });
addFormats.default(ajv);
ajv.addFormat('duration', /^-?([0-9.]+(ns|us|µs|ms|s|m|h))+$/); // Go's, not ISO's

/** A structural schema in the words of JSON schema: what Kubernetes means by its own keywords and by an absent null. */
const toJsonSchema = (schema: Schema): Fields => {
  const { properties, items, additionalProperties } = schema;
  const plain: Fields = { ...schema };
  delete plain['default'];
  if (schema['x-kubernetes-int-or-string'] === true) plain['type'] = ['integer', 'string'];
  if (properties) plain['properties'] = mapValues(properties, toJsonSchema);
  if (items) plain['items'] = toJsonSchema(items);
  if (isFields(additionalProperties)) plain['additionalProperties'] = toJsonSchema(additionalProperties);
  return plain;
};

const mapValues = <T, U>(all: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, map(value)]));

const compiled = new WeakMap<Schema, ValidateFunction>();

const unchecked: Cause = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};

/** Errors with which the rules in CEL are not looked at. */
const blocking = new Set([
  'FieldValueRequired',
  'FieldValueTypeInvalid',
  'FieldValueNotSupported',
  'FieldValueTooLong',
  'FieldValueTooMany',
]);

/** Why the object does not satisfy its custom resource's schema; empty if it does. One cause for each field, sorted. */
export const validate = (object: KubernetesObject, schema: Schema, previous?: KubernetesObject): readonly Cause[] => {
  const check = compiled.get(schema) ?? ajv.compile(toJsonSchema(schema));
  compiled.set(schema, check);
  const all = check(object) ? [] : (check.errors ?? []).map((error) => toCause(error, object));
  const fields = [...new Set(all.map(({ field }) => field))].sort();
  const causes = fields.flatMap((field) => all.find((cause) => cause.field === field) ?? []);
  if (causes.some(({ reason }) => blocking.has(reason))) return hasRules(schema) ? [...causes, unchecked] : causes;
  return [...causes, ...duplicates(object, schema, ''), ...brokenRules(object, previous, schema)];
};

/** The path of a JSON pointer as Kubernetes writes it: `spec.environments[0].name`. */
const pathOf = (pointer: string, root: unknown, last?: string): string => {
  let value = root;
  let path = '';
  const steps = pointer.split('/').slice(1);
  for (const raw of last === undefined ? steps : [...steps, last]) {
    const step = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path += Array.isArray(value) ? `[${step}]` : `${path === '' ? '' : '.'}${step}`;
    value = Array.isArray(value) ? (value as unknown[])[Number(step)] : fieldsOf(value)[step];
  }
  return path;
};

const typeName = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

const shown = (value: unknown): string => (isFields(value) ? '"object"' : JSON.stringify(value));

type Says = (field: string, error: ErrorObject) => Omit<Cause, 'field'>;

const invalidValue =
  (wording: (error: ErrorObject) => string, shows = (error: ErrorObject) => shown(error.data)): Says =>
  (field, error) => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${shows(error)}: ${field} in body ${wording(error)}`,
  });

const limit = (error: ErrorObject): string => String(error.params['limit']);
const count = (error: ErrorObject): string => String(listOf(error.data).length);

/** The API server's words for each keyword that can fail. */
const wordings: Readonly<Record<string, Says>> = {
  required: () => ({ reason: 'FieldValueRequired', message: 'Required value' }),
  type: (field, { data, params }) => ({
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${typeName(data)}": ${field} in body must be of type ${String(params['type'])}: "${typeName(data)}"`,
  }),
  enum: (_, { data, params }) => ({
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(data)}: supported values: ${listOf(params['allowedValues'])
      .map((value) => JSON.stringify(value))
      .join(', ')}`,
  }),
  pattern: invalidValue(({ params }) => `should match '${String(params['pattern'])}'`),
  format: invalidValue(({ params }) => `must be of type ${String(params['format'])}`),
  minLength: invalidValue((error) => `should be at least ${limit(error)} chars long`),
  minItems: invalidValue((error) => `should have at least ${limit(error)} items`, count),
  minProperties: invalidValue((error) => `should have at least ${limit(error)} properties`),
  minimum: invalidValue((error) => `should be greater than or equal to ${limit(error)}`),
  maximum: invalidValue((error) => `should be less than or equal to ${limit(error)}`),
  maxLength: (_, error) => ({
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${limit(error)} bytes`,
  }),
  maxItems: (_, error) => ({
    reason: 'FieldValueTooMany',
    message: `Too many: ${count(error)}: must have at most ${limit(error)} items`,
  }),
};

const toCause = (error: ErrorObject, root: unknown): Required<Cause> => {
  const missing = error.keyword === 'required' ? String(error.params['missingProperty']) : undefined;
  const field = pathOf(error.instancePath, root, missing);
  const says = wordings[error.keyword] ?? invalidValue(({ message }) => message ?? error.keyword);
  return { ...says(field, error), field: field === '' ? '<nil>' : field };
};

/** The items that occur twice in lists which are sets or maps. */
const duplicates = (value: unknown, schema: Schema | undefined, path: string): Cause[] => {
  if (isFields(value))
    return Object.entries(value).flatMap(([name, field]) =>
      duplicates(field, schemaOfField(schema, name), path === '' ? name : `${path}.${name}`),
    );
  if (!Array.isArray(value)) return [];
  const keys = schema?.['x-kubernetes-list-map-keys'];
  const unique = schema?.['x-kubernetes-list-type'] === 'set' || keys !== undefined;
  const seen = new Set<string>();
  return value.flatMap((item: unknown, index) => {
    const at = `${path}[${index}]`;
    const identity = JSON.stringify(keys ? itemKey(item, keys) : item);
    const twice = unique && seen.has(identity);
    seen.add(identity);
    const causes = twice ? [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${identity}`, field: at }] : [];
    return [...causes, ...duplicates(item, schema?.items, at)];
  });
};
