import { Environment } from '@marcbachmann/cel-js';
import { fieldsOf, isFields, type Fields, type KubernetesObject } from './kubernetes-object.ts';
import { schemaOfField, type Rule, type Schema } from './schema.ts';
import type { Cause } from './status-error.ts';

// Kubernetes' own CEL functions (quantity, url, ...) are not here; a rule that needs one refuses every object and says so.
const cel = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });

const wordings: Readonly<Record<string, string>> = {
  FieldValueForbidden: 'Forbidden',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
};

/** Whether a schema has rules anywhere. */
export const hasRules = (schema: Schema): boolean => JSON.stringify(schema).includes('"x-kubernetes-validations"');

/** A value as CEL sees it: integers as ints, and field names that are no identifiers escaped as Kubernetes does. */
const toCel = (value: unknown, schema: Schema | undefined): unknown => {
  if (typeof value === 'number') return schema?.type === 'number' ? value : BigInt(value);
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
  if (!isFields(value)) return value;
  const named = schema?.properties ?? {};
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name in named ? escaped(name) : name,
      toCel(field, schemaOfField(schema, name)),
    ]),
  );
};

const escaped = (name: string): string =>
  name
    .replaceAll('__', '__underscores__')
    .replaceAll('-', '__dash__')
    .replaceAll('.', '__dot__')
    .replaceAll('/', '__slash__');

const failure = (rule: Rule, variables: Fields): string | undefined => {
  try {
    if (cel.evaluate(rule.rule, variables) === true) return undefined;
    if (rule.messageExpression !== undefined) return String(cel.evaluate(rule.messageExpression, variables));
    return rule.message ?? `failed rule: ${rule.rule}`;
  } catch (error) {
    return `rule evaluation error: ${error instanceof Error ? error.message : String(error)} (rule: ${rule.rule})`;
  }
};

const brokenAt = (value: unknown, previous: unknown, schema: Schema, path: string): Cause[] =>
  (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => {
    if (rule.rule.includes('oldSelf') && previous === undefined) return [];
    const message = failure(rule, { self: toCel(value, schema), oldSelf: toCel(previous, schema) });
    if (message === undefined) return [];
    const field = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '');
    const reason = rule.reason ?? 'FieldValueInvalid';
    return [
      { reason, message: `${wordings[reason] ?? 'Invalid value'}: ${message}`, field: field === '' ? '<nil>' : field },
    ];
  });

const walk = (value: unknown, previous: unknown, schema: Schema, path: string): Cause[] => {
  const here = brokenAt(value, previous, schema, path);
  if (Array.isArray(value)) {
    const { items } = schema; // an item of an atomic list has no previous self
    return items
      ? [...here, ...value.flatMap((item, index) => walk(item, undefined, items, `${path}[${index}]`))]
      : here;
  }
  if (!isFields(value)) return here;
  const inner = Object.entries(value).flatMap(([name, field]) => {
    const known = schemaOfField(schema, name);
    return known ? walk(field, fieldsOf(previous)[name], known, `${path}.${name}`) : [];
  });
  return [...here, ...inner];
};

/** The schema's CEL rules that the object breaks; `previous` is what rules see as `oldSelf`. */
export const brokenRules = (
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
  schema: Schema,
): Cause[] => walk(object, previous, schema, '');
