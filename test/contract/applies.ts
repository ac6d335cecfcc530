import assert from 'node:assert/strict';
import type { Bench } from './gadget.ts';

/** What server-side apply promises: who owns a field, and what happens to it. */
export const describeApplies = (bench: () => Bench): void => {
  it('creates the object', async () => {
    const { apply, gadgets, aGadget } = bench();
    const made = await apply(`${gadgets}/applied`, 'one', aGadget('applied', { tags: ['a'] }));
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.at('spec'), { size: 3, color: 'red', tags: ['a'] });
    const [entry, ...others] = made.at('metadata', 'managedFields') as readonly Record<string, unknown>[];
    assert.deepEqual(others, []);
    assert.deepEqual([entry?.['manager'], entry?.['operation'], entry?.['fieldsType']], ['one', 'Apply', 'FieldsV1']);
    assert.deepEqual(entry?.['fieldsV1'], { 'f:spec': { 'f:size': {}, 'f:tags': {} } });
  });

  it('needs a manager', async () => {
    const { ask, gadgets, aGadget } = bench();
    const type = 'application/apply-patch+yaml';
    const refused = await ask('PATCH', `${gadgets}/nobody`, { body: aGadget('nobody'), type });
    assert.equal(refused.status, 422);
    assert.match(String(refused.at('message')), /fieldManager: Required value: is required for apply patch/);
  });

  it('takes YAML', async () => {
    const { ask, gadgets, group } = bench();
    const body = `apiVersion: ${group}/v1\nkind: Gadget\nmetadata:\n  name: yaml\nspec:\n  size: 7\n`;
    const done = await ask('PATCH', `${gadgets}/yaml?fieldManager=one`, { body, type: 'application/apply-patch+yaml' });
    assert.deepEqual([done.status, done.at('spec', 'size')], [201, 7]);
  });

  it('removes what its manager applies no more, and leaves what others set', async () => {
    const { apply, merge, gadgets, aGadget } = bench();
    const path = `${gadgets}/shrunk`;
    await apply(
      path,
      'one',
      aGadget('shrunk', { label: 'abc', nested: { a: '1', b: '2' } }, { labels: { x: '1', y: '2' } }),
    );
    await merge(path, { spec: { tags: ['theirs'] } });
    const done = await apply(path, 'one', aGadget('shrunk', { nested: { a: '1' } }, { labels: { x: '1' } }));
    assert.equal(done.status, 200);
    assert.deepEqual(done.at('spec'), { size: 3, color: 'red', nested: { a: '1' }, tags: ['theirs'] });
    assert.deepEqual(done.at('metadata', 'labels'), { x: '1' });
  });

  it('removes the items of a keyed list that its manager applies no more, and merges the others', async () => {
    const { apply, gadgets, aGadget } = bench();
    const path = `${gadgets}/keyed`;
    await apply(path, 'one', aGadget('keyed', { parts: [{ name: 'a', count: 2 }, { name: 'b' }] }));
    await apply(path, 'two', { ...aGadget('keyed'), spec: { parts: [{ name: 'c', count: 5 }] } });
    const done = await apply(path, 'one', aGadget('keyed', { parts: [{ name: 'b', count: 4 }] }));
    const parts = done.at('spec', 'parts') as readonly { readonly name: string; readonly count: number }[];
    assert.deepEqual(parts.map(({ name, count }) => `${name} ${count}`).sort(), ['b 4', 'c 5']);
  });

  it('refuses to change what another manager applied, unless forced', async () => {
    const { apply, get, gadgets, aGadget } = bench();
    const path = `${gadgets}/contested`;
    await apply(path, 'one', aGadget('contested', { label: 'abc' }));
    const refused = await apply(path, 'two', aGadget('contested', { size: 4, label: 'abc' }));
    assert.deepEqual([refused.status, refused.at('reason')], [409, 'Conflict']);
    assert.equal(refused.at('message'), 'Apply failed with 1 conflict: conflict with "one": .spec.size');
    const [cause] = refused.at('details', 'causes') as readonly Record<string, unknown>[];
    assert.deepEqual([cause?.['reason'], cause?.['field']], ['FieldManagerConflict', '.spec.size']);
    const forced = await apply(path, 'two', aGadget('contested', { size: 4, label: 'abc' }), '&force=true');
    assert.deepEqual([forced.status, forced.at('spec', 'size')], [200, 4]);
    // "one" has lost the size, so it goes with nothing when "one" applies no size; the label is shared, and stays.
    await apply(path, 'one', { ...aGadget('contested'), spec: {} });
    assert.deepEqual((await get(path)).at('spec'), { size: 4, color: 'red', label: 'abc' });
  });

  it('refuses to change what another manager updated', async () => {
    const { apply, ask, gadgets, aGadget, group } = bench();
    const path = `${gadgets}/updated`;
    await apply(path, 'one', aGadget('updated', { label: 'abc' }));
    const type = 'application/merge-patch+json';
    await ask('PATCH', `${path}?fieldManager=hand`, { body: { spec: { size: 8 } }, type });
    const refused = await apply(path, 'one', aGadget('updated', { label: 'abc' }));
    assert.equal(refused.status, 409);
    const message = `Apply failed with 1 conflict: conflict with "hand" using ${group}/v1: .spec.size`;
    assert.equal(refused.at('message'), message);
    const both = await apply(path, 'two', aGadget('updated', { label: 'def', nested: { a: '1' } }));
    assert.equal(
      both.at('message'),
      `Apply failed with 2 conflicts: conflicts with "hand" using ${group}/v1:\n- .spec.size\nconflicts with "one":\n- .spec.label`,
    );
    const forced = await apply(path, 'one', aGadget('updated', { label: 'abc' }), '&force=true');
    assert.equal(forced.at('spec', 'size'), 3);
  });

  it('changes nothing, not even the version, when it is applied again', async () => {
    const { apply, gadgets, aGadget } = bench();
    await apply(`${gadgets}/again`, 'one', aGadget('again', { parts: [{ name: 'a' }] }));
    const made = await apply(`${gadgets}/again`, 'one', aGadget('again', { parts: [{ name: 'a' }] }));
    assert.equal(made.status, 200);
    const again = await apply(`${gadgets}/again`, 'one', aGadget('again', { parts: [{ name: 'a' }] }));
    assert.equal(again.at('metadata', 'resourceVersion'), made.at('metadata', 'resourceVersion'));
  });

  it('is held to a version in the body', async () => {
    const { apply, gadgets, aGadget } = bench();
    await apply(`${gadgets}/version`, 'one', aGadget('version'));
    const late = await apply(`${gadgets}/version`, 'one', aGadget('version', { size: 4 }, { resourceVersion: '1' }));
    assert.deepEqual([late.status, late.at('reason')], [409, 'Conflict']);
    const other = await apply(`${gadgets}/version`, 'one', aGadget('version', {}, { uid: 'x' }));
    assert.equal(other.status, 422);
    const absent = await apply(`${gadgets}/absent`, 'one', aGadget('absent', {}, { resourceVersion: '1' }));
    assert.equal(absent.status, 201);
  });

  it('removes what became empty', async () => {
    const { apply, gadgets, aGadget } = bench();
    const path = `${gadgets}/emptied`;
    const full = { nested: { a: '1' }, parts: [{ name: 'a' }] };
    await apply(path, 'one', aGadget('emptied', full, { labels: { a: 'b' } }));
    const done = await apply(path, 'one', aGadget('emptied'));
    assert.deepEqual(done.at('spec'), { size: 3, color: 'red' });
    assert.equal(done.at('metadata', 'labels'), undefined);
  });

  it('refuses an empty map in the place of one whose fields the manager applied before', async () => {
    const { apply, gadgets, aGadget } = bench();
    const made = await apply(`${gadgets}/empty`, 'one', aGadget('empty', { nested: {} }));
    assert.deepEqual(made.at('spec', 'nested'), {});
    await apply(`${gadgets}/empty`, 'one', aGadget('empty', { nested: { a: '1' } }));
    const refused = await apply(`${gadgets}/empty`, 'one', aGadget('empty', { nested: {} }));
    assert.equal(refused.status, 422);
    const message = 'Invalid value: "null": spec.nested in body must be of type object: "null"';
    assert.equal(refused.at('details', 'causes', 0, 'message'), message);
  });

  it('looks at the version, not at the uid, where it applies to the status', async () => {
    const { apply, gadgets, aGadget } = bench();
    await apply(`${gadgets}/identity`, 'user', aGadget('identity'));
    const body = (metadata: object) => ({ ...aGadget('identity', {}, metadata), status: { phase: 'Fine' } });
    const uid = await apply(`${gadgets}/identity/status`, 'controller', body({ uid: 'another' }));
    assert.equal(uid.status, 200);
    const late = await apply(
      `${gadgets}/identity/status`,
      'controller',
      body({ uid: 'another', resourceVersion: '1' }),
    );
    assert.deepEqual([late.status, late.at('reason')], [409, 'Conflict']);
  });

  it('refuses fields that the schema does not know', async () => {
    const { apply, gadgets, aGadget } = bench();
    const refused = await apply(`${gadgets}/untyped`, 'one', aGadget('untyped', { what: 1 }));
    assert.equal(refused.status, 500);
    assert.match(String(refused.at('message')), /\.spec\.what: field not declared in schema$/);
  });

  it('applies to the status alone through the subresource', async () => {
    const { apply, gadgets, aGadget } = bench();
    await apply(`${gadgets}/sub`, 'user', aGadget('sub'));
    const first = { ...aGadget('sub', { size: 9 }), status: { phase: 'Fine', observedGeneration: 1 } };
    const done = await apply(`${gadgets}/sub/status`, 'controller', first);
    assert.deepEqual(done.at('status'), { observedGeneration: 1, phase: 'Fine' });
    assert.equal(done.at('spec', 'size'), 3);
    const entries = done.at('metadata', 'managedFields') as readonly Record<string, unknown>[];
    const own = entries.find((entry) => entry['manager'] === 'controller');
    assert.equal(own?.['subresource'], 'status');
    assert.deepEqual(own['fieldsV1'], { 'f:status': { 'f:observedGeneration': {}, 'f:phase': {} } });
    const next = await apply(`${gadgets}/sub/status`, 'controller', {
      ...aGadget('sub'),
      status: { observedGeneration: 1 },
    });
    assert.deepEqual(next.at('status'), { observedGeneration: 1 });
    const main = await apply(`${gadgets}/sub`, 'user', { ...aGadget('sub'), status: { phase: 'Forged' } });
    assert.equal(main.at('status', 'phase'), undefined);
    const absent = await apply(`${gadgets}/no-such/status`, 'controller', aGadget('no-such'));
    assert.equal(absent.status, 404);
  });
};
