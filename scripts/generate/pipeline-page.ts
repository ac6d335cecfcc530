import { isDeepStrictEqual } from 'node:util';
import { openAPIV3Schema } from './crd.ts';
import type { Schema } from './structural.ts';

interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

const partsOf = ({ properties, items, additionalProperties, required }: Schema, path: string): readonly Field[] => {
  if (isSchema(items)) return partsOf(items, `${path}[]`);
  if (isSchema(additionalProperties)) return partsOf(additionalProperties, `${path}.<name>`);
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(isSchema(properties) ? properties : {}).flatMap(([name, schema]) =>
    isSchema(schema) ? [{ path: `${path}.${name}`, schema, required: needed.includes(name) }] : [],
  );
};

/** A field and all below it; of what stands at several places all is said at the first alone. */
function* fieldsIn(field: Field, known: Map<string, Schema>): Iterable<readonly [Field, like: string | undefined]> {
  const parts = partsOf(field.schema, field.path);
  const [like] = [...known].find(([, schema]) => parts.length > 1 && isDeepStrictEqual(schema, field.schema)) ?? [];
  yield [field, like];
  if (like !== undefined) return;
  known.set(field.path, field.schema);
  for (const part of parts) yield* fieldsIn(part, known);
}

const code = (value: unknown): string => `\`${String(value)}\``;

const typeOf = ({ type, format, items, enum: values, default: usual }: Schema): string => {
  const named = isSchema(items) ? `${typeOf(items)}[]` : format === 'date-time' ? 'time' : String(type);
  const options = Array.isArray(values) ? values.map(code).join(', ') : named;
  return usual === undefined || type === 'object' ? options : `${options}; ${code(usual)} when absent`;
};

const row = ({ path, schema, required }: Field, like: string | undefined): string => {
  const description = typeof schema['description'] === 'string' ? schema['description'] : '';
  const cells = [
    code(path.slice(1)),
    typeOf(schema) + (required ? ', required' : ''),
    like === undefined ? description : `${description} Its fields are those of ${code(like.slice(1))}.`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
};

const table = (name: string): string => {
  const properties = openAPIV3Schema()['properties'] as Readonly<Record<string, Schema>>;
  const known = new Map<string, Schema>();
  const rows = partsOf(properties[name] ?? {}, `.${name}`).flatMap((field) => [...fieldsIn(field, known)]);
  return ['| field | type | what it says |', '| --- | --- | --- |', ...rows.map((one) => row(...one))].join('\n');
};

/** The reference page of a Pipeline's fields, from its schemas. */
export const pipelinePage =
  (): string => `<!-- Generated from src/model/pipeline-spec.ts and pipeline-status.ts by \`npm run generate\`; edit the descriptions there. -->

# The fields of a Pipeline

\`kubectl explain pipeline.spec --recursive\` says the same, in the version that is installed.

## What a person writes

${table('spec')}

## What Leafwatch writes

${table('status')}
`;
