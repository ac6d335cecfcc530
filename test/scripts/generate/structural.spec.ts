import assert from 'node:assert/strict';
import { z } from 'zod';
import { structural } from '../../../scripts/generate/structural.ts';

const schemaOf = (schema: z.ZodType) => structural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }));

describe('structural', () => {
  it('keeps types, bounds, descriptions and extensions, at every depth', () => {
    const schema = z.object({
      names: z
        .array(z.object({ name: z.string().min(1).describe('Its name.') }))
        .max(3)
        .meta({ 'x-kubernetes-list-type': 'map' }),
    });
    assert.deepEqual(schemaOf(schema), {
      type: 'object',
      required: ['names'],
      properties: {
        names: {
          type: 'array',
          maxItems: 3,
          'x-kubernetes-list-type': 'map',
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { description: 'Its name.', type: 'string', minLength: 1 } },
          },
        },
      },
    });
  });

  it('drops the bounds that only say what JavaScript can count to', () => {
    assert.deepEqual(schemaOf(z.int()), { type: 'integer', format: 'int64' });
    assert.deepEqual(schemaOf(z.int().min(1)), { type: 'integer', format: 'int64', minimum: 1 });
  });

  it('allows unknown fields, which the API server prunes', () => {
    assert.deepEqual(schemaOf(z.strictObject({ a: z.string().optional() })), {
      type: 'object',
      properties: { a: { type: 'string' } },
    });
  });

  it('turns a record into a map of its values', () => {
    assert.deepEqual(schemaOf(z.record(z.string(), z.boolean())), {
      type: 'object',
      additionalProperties: { type: 'boolean' },
    });
  });

  it('refuses a union, and names its path', () => {
    assert.throws(
      () => schemaOf(z.object({ a: z.union([z.string(), z.int()]) })),
      /^Error: \/a: anyOf is not structural$/,
    );
  });

  it('refuses a field of any type', () => {
    assert.throws(() => schemaOf(z.object({ a: z.unknown() })), /^Error: \/a: a structural schema has a type$/);
  });

  it('refuses a pattern that looks around', () => {
    assert.throws(() => schemaOf(z.object({ a: z.string().regex(/^(?!b)/) })), /looks around/);
  });
});
