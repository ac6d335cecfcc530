/** The part of OpenAPI v3 that Kubernetes calls structural, in the order in which it is written. */
const kept = [
  'description',
  'type',
  'format',
  'enum',
  'default',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
  'required',
  'properties',
  'items',
  'additionalProperties',
] as const;
const dropped = ['$schema', 'additionalProperties'];

export type Schema = Readonly<Record<string, unknown>>;

/** A structural schema for the API server out of the JSON schema that zod makes; throws, with the path, on what cannot be one. */
export const structural = (schema: Schema, path = ''): Schema => {
  for (const keyword of Object.keys(schema))
    if (![...kept, ...dropped].includes(keyword)) throw new Error(`${path || '/'}: ${keyword} is not structural`);
  const entries = kept.map((keyword) => [keyword, convert(keyword, schema[keyword], path)] as const);
  const result = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  if (result['type'] === undefined) throw new Error(`${path || '/'}: a structural schema has a type`);
  return result['type'] === 'integer' ? { ...result, format: 'int64' } : result;
};

const nested = (value: unknown, path: string): unknown => (isSchema(value) ? structural(value, path) : undefined);

const unlessUnbounded = (value: unknown): unknown =>
  Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? undefined : value;

const converters: Partial<Record<(typeof kept)[number], (value: unknown, path: string) => unknown>> = {
  properties: (value, path) => properties(value, path),
  items: (value, path) => nested(value, `${path}/items`),
  additionalProperties: (value, path) => nested(value, `${path}/*`),
  minimum: unlessUnbounded,
  maximum: unlessUnbounded,
  pattern: (value, path) => withoutLookAround(String(value), path),
};

const convert = (keyword: (typeof kept)[number], value: unknown, path: string): unknown =>
  value === undefined ? undefined : (converters[keyword] ?? ((same) => same))(value, path);

const properties = (value: unknown, path: string): Schema | undefined => {
  const entries = Object.entries(isSchema(value) ? value : {}).map(
    ([name, schema]) => [name, nested(schema, `${path}/${name}`)] as const,
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
};

// The API server matches with RE2, which knows no look-around.
const withoutLookAround = (pattern: string, path: string): string => {
  if (/\(\?<?[=!]/.test(pattern)) throw new Error(`${path}: the pattern ${pattern} looks around`);
  return pattern;
};

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
