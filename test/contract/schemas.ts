import assert from 'node:assert/strict';
import type { Bench } from './gadget.ts';

/** What schemas of custom resources promise: defaults, pruning, and refusals that name the field. */
export const describeSchemas = (bench: () => Bench): void => {
  const refusal = async (fields: object): Promise<string> => {
    const { create, gadgets, aGadget } = bench();
    const reply = await create(gadgets, aGadget('refused', fields));
    assert.deepEqual(
      [reply.status, reply.at('reason'), reply.at('details', 'kind')],
      [422, 'Invalid', 'Gadget'],
      reply.text,
    );
    const causes = reply.at('details', 'causes') as readonly Record<string, string>[];
    const unchecked = ({ message = '' }) => message.includes('some validation rules were not checked');
    const said = causes.filter((cause) => !unchecked(cause));
    const ruled = causes.length === said.length ? '' : ' (rules not checked)';
    return said.map(({ field, reason, message }) => `${field} | ${reason} | ${message}`).join('\n') + ruled;
  };

  it('fills in defaults, within lists too', async () => {
    const { create, gadgets, aGadget } = bench();
    const made = await create(gadgets, aGadget('defaults', { parts: [{ name: 'a' }], color: null }));
    assert.deepEqual(made.at('spec'), { size: 3, color: 'red', parts: [{ name: 'a', count: 1 }] });
    assert.deepEqual(made.at('status'), { observedGeneration: -1 });
  });

  it('prunes what the schema does not know, and warns', async () => {
    const { create, gadgets, aGadget } = bench();
    const body = {
      ...aGadget('pruned', { what: 1, free: { any: { thing: [1] } }, parts: [{ name: 'a', odd: 1 }] }),
      more: true,
    };
    const made = await create(gadgets, body);
    assert.deepEqual(made.at('spec', 'free'), { any: { thing: [1] } });
    assert.equal(made.at('spec', 'what'), undefined);
    assert.equal(made.at('more'), undefined);
    assert.equal(made.at('spec', 'parts', 0, 'odd'), undefined);
    assert.match(String(made.headers['warning']), /299 - "unknown field \\"spec.what\\""/);
  });

  it('refuses what the schema does not know where validation is strict', async () => {
    const { ask, gadgets, aGadget } = bench();
    const refused = await ask('POST', `${gadgets}?fieldValidation=Strict`, { body: aGadget('strict', { what: 1 }) });
    assert.deepEqual([refused.status, refused.at('reason')], [400, 'BadRequest']);
    assert.match(String(refused.at('message')), /strict decoding error: unknown field "spec.what"/);
  });

  it('takes a number or a string where either is allowed', async () => {
    const { create, gadgets, aGadget } = bench();
    assert.equal((await create(gadgets, aGadget('port-number', { port: 80 }))).at('spec', 'port'), 80);
    assert.equal((await create(gadgets, aGadget('port-name', { port: 'http' }))).at('spec', 'port'), 'http');
  });

  it('says in one sentence what is wrong', async () => {
    const { create, gadgets, aGadget, group } = bench();
    const reply = await create(gadgets, aGadget('refused', { size: 0 }));
    assert.equal(
      reply.at('message'),
      `Gadget.${group} "refused" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1`,
    );
  });

  const cases: readonly (readonly [string, object, string])[] = [
    ['a missing field', { size: undefined }, 'spec.size | FieldValueRequired | Required value (rules not checked)'],
    [
      'a value of another type',
      { size: 'big' },
      'spec.size | FieldValueTypeInvalid | Invalid value: "string": spec.size in body must be of type integer: "string" (rules not checked)',
    ],
    [
      'a value that is not one of those allowed',
      { color: 'pink' },
      'spec.color | FieldValueNotSupported | Unsupported value: "pink": supported values: "red", "green", "blue" (rules not checked)',
    ],
    [
      'a text that does not match',
      { label: 'AB' },
      `spec.label | FieldValueInvalid | Invalid value: "AB": spec.label in body should match '^[a-z]*$'`,
    ],
    [
      'a text that is too short',
      { label: 'a' },
      'spec.label | FieldValueInvalid | Invalid value: "a": spec.label in body should be at least 2 chars long',
    ],
    [
      'a text that is too long',
      { label: 'abcdef' },
      'spec.label | FieldValueTooLong | Too long: may not be more than 5 bytes (rules not checked)',
    ],
    [
      'a list that is too long',
      { tags: ['a', 'b', 'c', 'd'] },
      'spec.tags | FieldValueTooMany | Too many: 4: must have at most 3 items (rules not checked)',
    ],
    [
      'a list that is too short',
      { parts: [] },
      'spec.parts | FieldValueInvalid | Invalid value: 0: spec.parts in body should have at least 1 items',
    ],
    [
      'a field missing in an item',
      { parts: [{ count: 1 }] },
      'spec.parts[0].name | FieldValueRequired | Required value (rules not checked)',
    ],
    [
      'two fields at once, and a rule as well',
      { size: 100, label: 'A' },
      [
        'spec.label | FieldValueInvalid | Invalid value: "A": spec.label in body should be at least 2 chars long',
        'spec | FieldValueInvalid | Invalid value: a label is for small ones',
      ].join('\n'),
    ],
    [
      'a null for a field that must be there',
      { size: null },
      'spec.size | FieldValueRequired | Required value (rules not checked)',
    ],
    [
      'a key that occurs twice',
      { parts: [{ name: 'a' }, { name: 'a' }] },
      'spec.parts[1] | FieldValueDuplicate | Duplicate value: {"name":"a"}',
    ],
    [
      'a rule that does not hold',
      { size: 100, label: 'abc' },
      'spec | FieldValueInvalid | Invalid value: a label is for small ones',
    ],
  ];
  for (const [what, fields, said] of cases)
    it(`refuses ${what}`, async () => {
      assert.equal(await refusal(fields), said);
    });

  it('refuses a patch and an apply as it refuses a creation', async () => {
    const { create, merge, apply, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('kept-valid'));
    assert.equal((await merge(`${gadgets}/kept-valid`, { spec: { size: 0 } })).status, 422);
    assert.equal(
      (await apply(`${gadgets}/kept-valid`, 'one', aGadget('kept-valid', { color: 'pink' }), '&force=true')).status,
      422,
    );
    assert.equal((await merge(`${gadgets}/kept-valid/status`, { status: { observedGeneration: 'x' } })).status, 422);
  });
};
