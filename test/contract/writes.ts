import assert from 'node:assert/strict';
import type { Bench } from './gadget.ts';

/** What writes promise: identity, versions, generations, conflicts, status, finalizers. */
export const describeWrites = (bench: () => Bench): void => {
  it('gives a created object its identity', async () => {
    const { create, gadgets, aGadget, namespace } = bench();
    const made = await create(gadgets, aGadget('new'));
    assert.equal(made.status, 201);
    assert.equal(made.at('metadata', 'namespace'), namespace);
    assert.equal(made.at('metadata', 'generation'), 1);
    assert.match(String(made.at('metadata', 'uid')), /^[0-9a-f-]{36}$/);
    assert.match(String(made.at('metadata', 'creationTimestamp')), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(String(made.at('metadata', 'resourceVersion')), /^\d+$/);
  });

  it('generates a name', async () => {
    const { create, gadgets, group } = bench();
    const body = { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { generateName: 'made-' }, spec: { size: 1 } };
    assert.match(String((await create(gadgets, body)).at('metadata', 'name')), /^made-[a-z0-9]{5}$/);
  });

  it('refuses what is there already', async () => {
    const { create, gadgets, aGadget, group } = bench();
    await create(gadgets, aGadget('twice'));
    const again = await create(gadgets, aGadget('twice'));
    assert.deepEqual([again.status, again.at('reason')], [409, 'AlreadyExists']);
    assert.equal(again.at('message'), `gadgets.${group} "twice" already exists`);
    assert.deepEqual(again.at('details'), { name: 'twice', group, kind: 'gadgets' });
  });

  it('refuses a name that is none, and a namespace that is not there', async () => {
    const { create, gadgets, aGadget, group } = bench();
    const wrong = await create(gadgets, aGadget('Not_A_Name'));
    assert.deepEqual([wrong.status, wrong.at('details', 'causes', 0, 'field')], [422, 'metadata.name']);
    const lost = await create(`/apis/${group}/v1/namespaces/no-such/gadgets`, aGadget('lost'));
    assert.deepEqual([lost.status, lost.at('message')], [404, 'namespaces "no-such" not found']);
  });

  it('refuses a body of another version or kind', async () => {
    const { create, gadgets, aGadget } = bench();
    const version = await create(gadgets, { ...aGadget('other'), apiVersion: 'example.org/v9' });
    assert.deepEqual([version.status, version.at('reason')], [400, 'BadRequest']);
    const kind = await create(gadgets, { ...aGadget('other'), kind: 'Widget' });
    assert.deepEqual([kind.status, kind.at('details', 'causes', 0, 'field')], [422, 'kind']);
    const none = await create(gadgets, { ...aGadget('other'), kind: undefined });
    assert.equal(none.status, 400);
    assert.equal((await bench().ask('POST', gadgets, { body: 'no json' })).status, 400);
  });

  it('replaces an object whose version is named, and no other', async () => {
    const { create, ask, gadgets, aGadget } = bench();
    const made = await create(gadgets, aGadget('replaced'));
    const version = made.at('metadata', 'resourceVersion');
    const body = aGadget('replaced', { size: 5 }, { resourceVersion: version });
    const done = await ask('PUT', `${gadgets}/replaced`, { body });
    assert.deepEqual([done.status, done.at('spec', 'size'), done.at('metadata', 'generation')], [200, 5, 2]);
    const late = await ask('PUT', `${gadgets}/replaced`, { body });
    assert.deepEqual([late.status, late.at('reason')], [409, 'Conflict']);
    assert.match(String(late.at('message')), /the object has been modified; please apply your changes/);
    const blind = await ask('PUT', `${gadgets}/replaced`, { body: aGadget('replaced') });
    assert.deepEqual([blind.status, blind.at('details', 'causes', 0, 'field')], [422, 'metadata.resourceVersion']);
  });

  it('keeps what only the server writes', async () => {
    const { create, merge, gadgets, aGadget } = bench();
    const made = await create(gadgets, aGadget('system'));
    const forged = {
      creationTimestamp: '2001-01-01T00:00:00Z',
      generation: 9,
    };
    const patched = await merge(`${gadgets}/system`, { metadata: forged });
    assert.equal(patched.status, 200);
    assert.equal(patched.at('metadata', 'creationTimestamp'), made.at('metadata', 'creationTimestamp'));
    assert.equal(patched.at('metadata', 'generation'), 1);
    const deleted = await merge(`${gadgets}/system`, { metadata: { deletionTimestamp: '2001-01-01T00:00:00Z' } });
    assert.deepEqual(
      [deleted.status, deleted.at('details', 'causes', 0, 'field')],
      [422, 'metadata.deletionTimestamp'],
    );
    const other = await merge(`${gadgets}/system`, { metadata: { uid: 'x' } });
    assert.deepEqual([other.status, other.at('details', 'causes', 0, 'field')], [422, 'metadata.uid']);
  });

  it('merges a patch: null removes, lists are replaced', async () => {
    const { create, merge, gadgets, aGadget } = bench();
    await create(
      gadgets,
      aGadget('merged', { tags: ['a', 'b'], nested: { a: '1', b: '2' } }, { annotations: { x: '1' } }),
    );
    const patch = { metadata: { annotations: { x: null, y: '2' } }, spec: { tags: ['c'], nested: { a: null } } };
    const done = await merge(`${gadgets}/merged`, patch);
    assert.deepEqual(done.at('spec'), { size: 3, color: 'red', tags: ['c'], nested: { b: '2' } });
    assert.deepEqual(done.at('metadata', 'annotations'), { y: '2' });
    assert.equal((await merge(`${gadgets}/no-such`, {})).status, 404);
  });

  it('holds a patch to the version in it', async () => {
    const { create, merge, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('held'));
    const late = await merge(`${gadgets}/held`, { metadata: { resourceVersion: '1' }, spec: { size: 9 } });
    assert.deepEqual([late.status, late.at('reason')], [409, 'Conflict']);
  });

  it('changes nothing, not even the version, when a patch says what is so', async () => {
    const { create, merge, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('same'));
    // The first write after the creation stores the default of the status.
    const made = await merge(`${gadgets}/same`, { spec: { size: 3 } });
    const done = await merge(`${gadgets}/same`, { spec: { size: 3 } });
    assert.equal(done.at('metadata', 'resourceVersion'), made.at('metadata', 'resourceVersion'));
  });

  it('counts generations by the spec alone', async () => {
    const { create, merge, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('counted'));
    const labelled = await merge(`${gadgets}/counted`, { metadata: { labels: { a: 'b' } } });
    assert.equal(labelled.at('metadata', 'generation'), 1);
    const status = await merge(`${gadgets}/counted/status`, { status: { phase: 'Fine' } });
    assert.equal(status.at('metadata', 'generation'), 1);
    const changed = await merge(`${gadgets}/counted`, { spec: { size: 4 } });
    assert.equal(changed.at('metadata', 'generation'), 2);
  });

  it('takes the status by its subresource alone', async () => {
    const { create, merge, ask, gadgets, aGadget } = bench();
    const made = await create(gadgets, { ...aGadget('status'), status: { phase: 'Forged' } });
    assert.deepEqual(made.at('status'), { observedGeneration: -1 });
    const main = await merge(`${gadgets}/status`, { status: { phase: 'Forged' } });
    assert.equal(main.at('status', 'phase'), undefined);
    const both = { metadata: { labels: { a: 'b' } }, spec: { size: 9 }, status: { phase: 'Fine' } };
    const sub = await merge(`${gadgets}/status/status`, both);
    assert.equal(sub.at('status', 'phase'), 'Fine');
    assert.equal(sub.at('spec', 'size'), 3);
    assert.equal(sub.at('metadata', 'labels'), undefined);
    const body = aGadget('status', { size: 8 }, { resourceVersion: sub.at('metadata', 'resourceVersion') });
    const put = await ask('PUT', `${gadgets}/status/status`, { body: { ...body, status: { phase: 'Put' } } });
    assert.deepEqual([put.status, put.at('status', 'phase'), put.at('spec', 'size')], [200, 'Put', 3]);
  });

  it('deletes at once what no finalizer holds', async () => {
    const { create, remove, get, gadgets, aGadget } = bench();
    const made = await create(gadgets, aGadget('gone'));
    const done = await remove(`${gadgets}/gone`);
    assert.deepEqual([done.status, done.at('kind'), done.at('status')], [200, 'Status', 'Success']);
    assert.equal(done.at('details', 'uid'), made.at('metadata', 'uid'));
    const gone = await get(`${gadgets}/gone`);
    assert.deepEqual([gone.status, gone.at('reason')], [404, 'NotFound']);
  });

  it('waits with a deletion for the finalizers', async () => {
    const { create, remove, merge, get, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('kept', {}, { finalizers: ['example.org/keep'] }));
    const marked = await remove(`${gadgets}/kept`);
    assert.equal(marked.at('kind'), 'Gadget');
    assert.match(String(marked.at('metadata', 'deletionTimestamp')), /Z$/);
    assert.equal(marked.at('metadata', 'generation'), 2);
    assert.equal((await get(`${gadgets}/kept`)).status, 200);
    await merge(`${gadgets}/kept`, { metadata: { finalizers: null } });
    assert.equal((await get(`${gadgets}/kept`)).status, 404);
  });

  it('holds a deletion to its preconditions', async () => {
    const { create, ask, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('guarded'));
    const body = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } };
    const refused = await ask('DELETE', `${gadgets}/guarded`, { body });
    assert.deepEqual([refused.status, refused.at('reason')], [409, 'Conflict']);
  });

  it('only tries where dryRun asks for that', async () => {
    const { ask, get, gadgets, aGadget } = bench();
    const tried = await ask('POST', `${gadgets}?dryRun=All`, { body: aGadget('tried') });
    assert.equal(tried.status, 201);
    assert.equal((await get(`${gadgets}/tried`)).status, 404);
  });

  it('deletes a collection', async () => {
    const { create, remove, get, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('many-a', {}, { labels: { many: 'yes' } }));
    await create(gadgets, aGadget('many-b', {}, { labels: { many: 'yes' } }));
    assert.equal((await remove(`${gadgets}?labelSelector=many=yes`)).status, 200);
    assert.deepEqual((await get(`${gadgets}?labelSelector=many=yes`)).at('items'), []);
  });
};

/** What the built-in types add. */
export const describeBuiltInTypes = (bench: () => Bench): void => {
  const core = (plural: string) => `/api/v1/namespaces/${bench().namespace}/${plural}`;

  it('encodes the plain text of a Secret', async () => {
    const { create, get } = bench();
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'plain' }, stringData: { key: 'value' } };
    await create(core('secrets'), body);
    const secret = await get(`${core('secrets')}/plain`);
    assert.deepEqual(secret.at('data'), { key: 'dmFsdWU=' });
    assert.equal(secret.at('type'), 'Opaque');
    assert.equal(secret.at('stringData'), undefined);
    assert.equal(
      (await get(`${core('secrets')}?fieldSelector=type=Opaque`)).at('items', 0, 'metadata', 'name'),
      'plain',
    );
  });

  it('replaces a ConfigMap without a version, but not a Lease', async () => {
    const { create, ask } = bench();
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' } };
    await create(core('configmaps'), map);
    assert.equal((await ask('PUT', `${core('configmaps')}/map`, { body: { ...map, data: { a: 'b' } } })).status, 200);
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${bench().namespace}/leases`;
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'one' },
      spec: { holderIdentity: 'a' },
    };
    const made = await create(leases, lease);
    assert.equal(made.status, 201);
    assert.equal((await ask('PUT', `${leases}/one`, { body: lease })).status, 422);
    const changed = { ...lease, spec: { holderIdentity: 'b' } };
    const metadata = { name: 'one', resourceVersion: made.at('metadata', 'resourceVersion') };
    assert.equal((await ask('PUT', `${leases}/one`, { body: { ...changed, metadata } })).status, 200);
    assert.equal((await ask('PUT', `${leases}/one`, { body: { ...changed, metadata } })).status, 409);
  });

  it('shows one Event in both of its groups', async () => {
    const { create, get, namespace } = bench();
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'happened', namespace },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reason: 'Promoted',
      action: 'Promote',
      type: 'Normal',
      note: 'it happened',
      reportingController: 'example.org/controller',
      reportingInstance: 'one',
      regarding: { kind: 'Gadget', name: 'one', namespace },
    };
    const made = await create(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, event);
    assert.equal(made.status, 201, made.text);
    const seen = await get(`${core('events')}?fieldSelector=involvedObject.name=one,involvedObject.kind=Gadget`);
    assert.equal(seen.at('items', 0, 'message'), 'it happened');
    assert.equal(seen.at('items', 0, 'reportingComponent'), 'example.org/controller');
  });

  it('merges the lists of a Deployment by name in a strategic patch, and refuses one for custom resources', async () => {
    const { create, ask, namespace, gadgets, aGadget } = bench();
    const container = (name: string, image: string) => ({ name, image });
    const template = {
      metadata: { labels: { app: 'a' } },
      spec: { containers: [container('a', 'one'), container('b', 'one')] },
    };
    const spec = { selector: { matchLabels: { app: 'a' } }, template };
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await create(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
    const type = 'application/strategic-merge-patch+json';
    const body = { spec: { template: { spec: { containers: [{ name: 'b', image: 'two' }] } } } };
    const done = await ask('PATCH', `${deployments}/web`, { body, type });
    const containers = done.at('spec', 'template', 'spec', 'containers') as readonly { name: string; image: string }[];
    assert.deepEqual(containers.map(({ name, image }) => `${name} ${image}`).sort(), ['a one', 'b two']);
    assert.equal(done.at('metadata', 'generation'), 2);
    await create(gadgets, aGadget('no-strategy'));
    assert.equal((await ask('PATCH', `${gadgets}/no-strategy`, { body: {}, type })).status, 415);
  });
};
