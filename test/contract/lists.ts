import assert from 'node:assert/strict';
import type { Received } from './connect.ts';
import type { Bench } from './gadget.ts';

const items = (list: Received): readonly unknown[] => {
  const found = list.at('items');
  return Array.isArray(found) ? found : [];
};

const names = (list: Received): readonly unknown[] =>
  items(list).map((_, index) => list.at('items', index, 'metadata', 'name'));

/** What lists promise: versions, pages, selectors, tables. */
export const describeLists = (bench: () => Bench): void => {
  before(async () => {
    const { create, gadgets, aGadget } = bench();
    for (const name of ['list-a', 'list-b', 'list-c'])
      await create(gadgets, aGadget(name, {}, { labels: { letter: name.slice(5), kind: 'list' } }));
  });

  it('gives all objects with the version of the list', async () => {
    const { get, gadgets, group } = bench();
    const list = await get(gadgets);
    assert.equal(list.status, 200);
    assert.equal(list.at('kind'), 'GadgetList');
    assert.equal(list.at('apiVersion'), `${group}/v1`);
    assert.match(String(list.at('metadata', 'resourceVersion')), /^\d+$/);
    assert.deepEqual(names(list), ['list-a', 'list-b', 'list-c']);
    assert.equal(list.at('items', 0, 'kind'), 'Gadget');
  });

  it('gives an empty list, not null, where there is nothing', async () => {
    const { get, gadgets } = bench();
    assert.deepEqual((await get(`${gadgets}?labelSelector=no=such`)).at('items'), []);
    const secrets = await get(`/api/v1/namespaces/${bench().namespace}/secrets`);
    assert.deepEqual([secrets.at('items'), secrets.at('metadata', 'continue')], [[], undefined]);
  });

  it('gives the metadata alone to who asks for no more', async () => {
    const { get, gadgets } = bench();
    const list = await get(gadgets, { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' });
    assert.deepEqual([list.status, list.at('kind')], [200, 'PartialObjectMetadataList']);
    assert.deepEqual(names(list), ['list-a', 'list-b', 'list-c']);
    assert.match(String(list.at('metadata', 'resourceVersion')), /^\d+$/);
    assert.equal(list.at('items', 0, 'spec'), undefined);
  });

  it('pages a list as of the version of its first page', async () => {
    const { get, create, remove, gadgets, aGadget } = bench();
    const first = await get(`${gadgets}?limit=2`);
    assert.deepEqual(names(first), ['list-a', 'list-b']);
    assert.equal(first.at('metadata', 'remainingItemCount'), 1);
    await create(gadgets, aGadget('list-between'));
    const token = encodeURIComponent(String(first.at('metadata', 'continue')));
    const second = await get(`${gadgets}?limit=2&continue=${token}`);
    await remove(`${gadgets}/list-between`);
    assert.deepEqual(names(second), ['list-c']);
    assert.equal(second.at('metadata', 'continue'), '');
    assert.equal(second.at('metadata', 'resourceVersion'), first.at('metadata', 'resourceVersion'));
  });

  it('pages across namespaces', async () => {
    const { get, all } = bench();
    const first = await get(`${all}?limit=1`);
    const token = encodeURIComponent(String(first.at('metadata', 'continue')));
    assert.deepEqual(names(await get(`${all}?continue=${token}`)), ['list-b', 'list-c']);
  });

  it('ignores the limit of a list from version 0', async () => {
    const { get, gadgets } = bench();
    const list = await get(`${gadgets}?limit=2&resourceVersion=0`);
    assert.equal(names(list).length, 3);
    assert.equal(list.at('metadata', 'continue'), '');
  });

  it('serves a list not older than a version', async () => {
    const { get, gadgets } = bench();
    const version = String((await get(gadgets)).at('metadata', 'resourceVersion'));
    assert.equal((await get(`${gadgets}?resourceVersion=${version}`)).status, 200);
    const exact = await get(`${gadgets}?resourceVersion=${version}&resourceVersionMatch=Exact`);
    assert.equal(exact.at('metadata', 'resourceVersion'), version);
  });

  it('answers 504 to a list from the future', async () => {
    const { get, gadgets } = bench();
    const reply = await get(`${gadgets}?resourceVersion=999999999`);
    assert.equal(reply.status, 504);
    assert.equal(reply.headers['retry-after'], '1');
    assert.equal(reply.at('details', 'causes', 0, 'reason'), 'ResourceVersionTooLarge');
  });

  it('answers 504 to one object not older than a version from the future, and that object to one of the past', async () => {
    const { get, gadgets } = bench();
    const oneSince = (version: string) =>
      get(`${gadgets}?limit=1&resourceVersion=${version}&resourceVersionMatch=NotOlderThan`);
    const reply = await oneSince('999999999');
    assert.deepEqual([reply.status, reply.at('details', 'causes', 0, 'reason')], [504, 'ResourceVersionTooLarge']);
    const version = String((await get(gadgets)).at('metadata', 'resourceVersion'));
    assert.equal(names(await oneSince(version)).length, 1);
  });

  it('answers 400 to a version or a continue token that is none', async () => {
    const { get, gadgets } = bench();
    const version = await get(`${gadgets}?resourceVersion=abc`);
    assert.deepEqual([version.status, version.at('reason')], [400, 'BadRequest']);
    assert.match(String(version.at('message')), /^invalid resource version: resourceVersion: Invalid value: "abc"/);
    const token = await get(`${gadgets}?limit=1&continue=nonsense`);
    assert.equal(token.status, 400);
    assert.match(String(token.at('message')), /continue key is not valid/);
  });

  it('selects by label', async () => {
    const { get, gadgets } = bench();
    const selected = async (selector: string) =>
      names(await get(`${gadgets}?labelSelector=${encodeURIComponent(selector)}`));
    assert.deepEqual(await selected('letter=a'), ['list-a']);
    assert.deepEqual(await selected('letter!=a,kind==list'), ['list-b', 'list-c']);
    assert.deepEqual(await selected('letter in (a, c),kind'), ['list-a', 'list-c']);
    assert.deepEqual(await selected('letter notin (a,b)'), ['list-c']);
    assert.deepEqual(await selected('!letter'), []);
  });

  it('selects by name and namespace, and refuses fields it does not know', async () => {
    const { get, gadgets, all, namespace } = bench();
    assert.deepEqual(names(await get(`${gadgets}?fieldSelector=metadata.name=list-b`)), ['list-b']);
    assert.equal(names(await get(`${all}?fieldSelector=metadata.namespace!=${namespace}`)).length, 0);
    const refused = await get(`${gadgets}?fieldSelector=spec.size=3`);
    assert.equal(refused.status, 400);
    assert.match(String(refused.at('message')), /field label not supported: spec.size/);
  });

  it('serves every object in each version of its type', async () => {
    const { get, group, namespace } = bench();
    const list = await get(`/apis/${group}/v1beta1/namespaces/${namespace}/gadgets`);
    assert.equal(list.at('apiVersion'), `${group}/v1beta1`);
    assert.equal(list.at('items', 0, 'apiVersion'), `${group}/v1beta1`);
  });

  it('answers with a table of the print columns where that is asked for', async () => {
    const { get, gadgets } = bench();
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = await get(gadgets, { accept });
    assert.equal(table.at('kind'), 'Table');
    assert.equal(table.at('apiVersion'), 'meta.k8s.io/v1');
    const columns = table.at('columnDefinitions') as readonly { readonly name: string; readonly type: string }[];
    assert.deepEqual(
      columns.map(({ name, type }) => `${name} ${type}`),
      ['Name string', 'Size integer', 'Phase string', 'Age date'],
    );
    assert.deepEqual((table.at('rows', 0, 'cells') as unknown[]).slice(0, 3), ['list-a', 3, null]);
    assert.match(String(table.at('rows', 0, 'cells', 3)), /^\d+s$/);
    assert.equal(table.at('rows', 0, 'object', 'kind'), 'PartialObjectMetadata');
    const single = await get(`${gadgets}/list-b`, { accept });
    assert.equal(single.at('rows', 0, 'cells', 0), 'list-b');
  });

  it('compresses only large lists', async () => {
    const { get, create, gadgets, aGadget } = bench();
    assert.equal((await get(gadgets, { gzip: true })).headers['content-encoding'], undefined);
    await create(gadgets, aGadget('list-large', { free: { text: 'x'.repeat(200_000) } }, { labels: { large: 'yes' } }));
    const large = await get(`${gadgets}?labelSelector=large`, { gzip: true });
    assert.equal(large.headers['content-encoding'], 'gzip');
    assert.ok(large.text.length < 100_000);
  });
};
