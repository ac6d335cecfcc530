import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const recordings = new URL('../fixtures/recordings/helmrelease/', import.meta.url);

type Fields = Record<string, unknown>;
const crd = parse(readFileSync(new URL('../../src/sandbox/helmrelease-crd.yaml', import.meta.url), 'utf8')) as {
  spec: { versions: { name: string; storage: boolean; schema: Fields }[] };
};
const { versions } = crd.spec;
const schemaOf = (name: string) =>
  versions.find((version) => version.name === name)!.schema['openAPIV3Schema'] as Fields;

/** The same schema, closed: a field that it does not know, and that a server would prune, is an error. */
const closed = (schema: unknown): unknown => {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in schema ? { ...copy, additionalProperties: false } : copy;
};

describe('the HelmRelease CRD', () => {
  it('serves the versions that Flux served, and stores v2', () => {
    assert.deepEqual(
      versions.map(({ name, storage }) => [name, storage]),
      [
        ['v2', true],
        ['v2beta2', false],
        ['v2beta1', false],
      ],
    );
  });

  it('knows every field, and every value of it, that a real helm-controller wrote', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile({
      type: 'object',
      properties: (closed(schemaOf('v2')) as Fields)['properties'],
    });
    for (const file of readdirSync(recordings).filter((name) => name.endsWith('.jsonl') && !name.includes('.times.')))
      for (const line of readFileSync(new URL(file, recordings), 'utf8').trim().split('\n')) {
        const { type, object } = JSON.parse(line) as { type: string; object: Fields };
        if (type === 'BOOKMARK') continue;
        assert.ok(validate({ ...object, metadata: {} }), `${file}: ${JSON.stringify(validate.errors)}`);
      }
  });

  it('refuses a chart without a name and a release without an interval', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schemaOf('v2'));
    assert.equal(
      validate({ spec: { interval: '1m', chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'x' } } } } }),
      false,
    );
    assert.equal(validate({ spec: {} }), false);
    assert.equal(validate({ spec: { interval: '1 minute' } }), false);
    assert.equal(validate({ spec: { interval: '1m' } }), true);
  });
});
