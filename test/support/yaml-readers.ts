import { CORE_SCHEMA, loadAll, mergeTag, YAML11_SCHEMA } from 'js-yaml';
import { parseAllDocuments } from 'yaml';

type Reader = (text: string) => readonly unknown[];

const byYaml =
  (version: '1.1' | '1.2'): Reader =>
  (text) =>
    // It takes what stands behind a byte order mark for indented.
    parseAllDocuments(text.replace(/^\uFEFF/, ''), { version, merge: true, logLevel: 'silent' }).map((document) => {
      const [error] = document.errors;
      if (error) throw error;
      return document.toJS() as unknown;
    });

/** Two YAML libraries that share no code, each by both versions of YAML: what a text says, document by document. */
export const readers: readonly (readonly [name: string, read: Reader])[] = [
  ['yaml 1.2', byYaml('1.2')],
  ['yaml 1.1', byYaml('1.1')],
  ['js-yaml 1.2', (text) => loadAll(text, { schema: CORE_SCHEMA.withTags(mergeTag) })],
  ['js-yaml 1.1', (text) => loadAll(text, { schema: YAML11_SCHEMA })],
];

/** Every scalar of what was read, by its path; an empty collection counts as one. */
export const leavesOf = (value: unknown, path = ''): ReadonlyMap<string, unknown> => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return new Map([[path, value]]);
  const inside = Object.entries(value).flatMap(([key, child]) => [...leavesOf(child, `${path}/${key}`)]);
  return new Map(inside.length === 0 ? [[path, Array.isArray(value) ? '[]' : '{}']] : inside);
};
