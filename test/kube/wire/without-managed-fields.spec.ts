import assert from 'node:assert/strict';
import fc from 'fast-check';
import { withoutManagedFields } from '../../../src/kube/wire/without-managed-fields.ts';

const fields = { 'f:spec': { 'f:values': { 'f:]"\\': {}, '.': {} } } };

/** The value with 0 for every list that is called `managedFields`. */
const lightened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lightened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'managedFields' && Array.isArray(inner) ? 0 : lightened(inner),
    ]),
  );
};

describe('withoutManagedFields', () => {
  it('leaves everything else as it is, in whatever JSON', () => {
    const name = fc.oneof(fc.constant('managedFields'), fc.constant('x"managedFields'), fc.string());
    const text = fc.oneof(fc.constant('"managedFields":[{'), fc.constant('\\"managedFields":['), fc.string());
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        text,
        fc.integer(),
        fc.constant([fields]),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (any) =>
        assert.deepEqual(JSON.parse(withoutManagedFields(JSON.stringify(any))), lightened(any)),
      ),
      { numRuns: 2000 },
    );
  });

  it('makes no JSON of what is none', () => {
    for (const text of ['{"managedFields":[', '{"managedFields":[{"a":"]', '{"managedFields":[]]}'])
      assert.throws(() => JSON.parse(withoutManagedFields(text)), SyntaxError);
  });
});
