import assert from 'node:assert/strict';
import type { Bench } from './gadget.ts';

const type = 'application/json-patch+json';
const note = '/metadata/annotations/example.org~1note';

/** What a JSON Patch promises: it does all of its operations, or none. */
export const describeJsonPatches = (bench: () => Bench): void => {
  const patch = (name: string, ...operations: readonly object[]) =>
    bench().ask('PATCH', `${bench().gadgets}/${name}`, { body: operations, type });
  const noted = async (name: string, annotations: object = { 'example.org/note': 'a', other: 'b' }) => {
    const { create, gadgets, aGadget } = bench();
    return create(gadgets, aGadget(name, {}, { annotations }));
  };

  it('removes an annotation from the object of a uid, where it has a value', async () => {
    const uid = (await noted('tested')).at('metadata', 'uid');
    const done = await patch(
      'tested',
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'test', path: note, value: 'a' },
      { op: 'remove', path: note },
    );
    assert.equal(done.status, 200);
    assert.deepEqual(done.at('metadata', 'annotations'), { other: 'b' });
  });

  it('adds and replaces, also what is not there', async () => {
    await noted('written');
    const done = await patch(
      'written',
      { op: 'add', path: '/spec/label', value: 'abc' },
      { op: 'replace', path: '/spec/size', value: 7 },
      { op: 'replace', path: '/spec/tags', value: ['a'] },
    );
    assert.deepEqual(done.at('spec'), { size: 7, color: 'red', label: 'abc', tags: ['a'] });
    assert.equal(done.at('metadata', 'generation'), 2);
  });

  for (const [what, ...operations] of [
    ['another value', { op: 'test', path: note, value: 'b' }],
    ['another uid', { op: 'test', path: '/metadata/uid', value: 'c' }],
    ['an annotation that is not there', { op: 'test', path: `${note}s`, value: 'a' }],
    ['nothing to remove', { op: 'remove', path: `${note}s` }],
    ['no place to add to', { op: 'add', path: '/spec/nested/a', value: 'b' }],
    ['no such operation', { op: 'erase', path: note }],
  ] as const)
    it(`is refused as a whole for ${what}`, async () => {
      const name = `refused-${what.replaceAll(' ', '-')}`;
      const made = await noted(name);
      const refused = await patch(name, { op: 'replace', path: note, value: 'a' }, ...operations);
      assert.deepEqual([refused.status, refused.at('reason')], [422, 'Invalid']);
      assert.deepEqual(refused.at('details'), {});
      const { get, gadgets } = bench();
      const left = await get(`${gadgets}/${name}`);
      assert.equal(left.at('metadata', 'resourceVersion'), made.at('metadata', 'resourceVersion'));
    });

  it('is refused where there are no annotations at all, or no object', async () => {
    await noted('bare', {});
    assert.equal((await patch('bare', { op: 'test', path: note, value: 'a' })).status, 422);
    assert.equal((await patch('absent', { op: 'test', path: note, value: 'a' })).status, 404);
  });

  it('is held to the schema and to the identity', async () => {
    await noted('held-by-schema');
    const size = await patch('held-by-schema', { op: 'replace', path: '/spec/size', value: 0 });
    assert.deepEqual([size.status, size.at('details', 'causes', 0, 'field')], [422, 'spec.size']);
    const uid = await patch('held-by-schema', { op: 'replace', path: '/metadata/uid', value: 'x' });
    assert.deepEqual([uid.status, uid.at('details', 'causes', 0, 'field')], [422, 'metadata.uid']);
    const { ask, gadgets } = bench();
    assert.equal((await ask('PATCH', `${gadgets}/held-by-schema`, { body: {}, type })).status, 400);
  });
};
