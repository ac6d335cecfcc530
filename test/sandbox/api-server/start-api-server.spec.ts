import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { startApiServer, type ApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { connect } from '../../contract/connect.ts';
import { gadgetDefinition, openBench } from '../../contract/gadget.ts';

describe('startApiServer', () => {
  let server: ApiServer;
  beforeEach(async () => {
    server = await startApiServer({
      name: 'dev',
      bookmarkEvery: 30,
      crds: [gadgetDefinition('seeded.example.org')],
      tokens: { reader: { user: 'reader', rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }] } },
    });
  });
  afterEach(() => server.close());

  it('hands out a kubeconfig that needs nothing else', () => {
    const config = parse(server.kubeconfig({ namespace: 'apps' })) as Record<string, readonly Record<string, object>[]>;
    const data = Buffer.from(server.ca).toString('base64');
    assert.deepEqual(config['clusters']?.[0]?.['cluster'], { server: server.url, 'certificate-authority-data': data });
    assert.deepEqual(config['users']?.[0]?.['user'], { token: server.token });
    assert.deepEqual(config['contexts']?.[0]?.['context'], { cluster: 'dev', user: 'dev', namespace: 'apps' });
  });

  it('serves the definitions it was started with', async () => {
    assert.equal((await connect(server).get('/apis/seeded.example.org/v1/gadgets')).status, 200);
  });

  it('holds a token to its own rules, and is trusted by its own certificate alone', async () => {
    const { get } = connect(server);
    assert.equal((await get('/api/v1/namespaces/default', { token: 'reader' })).status, 200);
    assert.equal((await get('/api/v1/namespaces', { token: 'reader' })).status, 403);
    const other = await startApiServer();
    await assert.rejects(connect({ ...other, ca: server.ca }).get('/version'), /self-signed certificate/);
    await other.close();
  });

  it('sends bookmarks as often as it is told', async () => {
    const { watch, get, create, gadgets, aGadget } = await openBench(server);
    const from = String((await get(gadgets)).at('metadata', 'resourceVersion'));
    const events = await watch(`${gadgets}?watch=1&resourceVersion=${from}&allowWatchBookmarks=true`);
    await create(gadgets, aGadget('one'));
    const types = [await events.next(), await events.next(), await events.next()].map((event) => event.at('type'));
    assert.deepEqual(types, ['ADDED', 'BOOKMARK', 'BOOKMARK']);
    events.stop();
  });

  it('forgets the past when it is compacted', async () => {
    const { watch, get, create, gadgets, aGadget } = await openBench(server);
    for (const name of ['a', 'b', 'c']) await create(gadgets, aGadget(name));
    const first = await get(`${gadgets}?limit=1`);
    const version = String(first.at('metadata', 'resourceVersion'));
    await create(gadgets, aGadget('d'));
    server.compact();
    const events = await watch(`${gadgets}?watch=1&resourceVersion=${version}`);
    assert.equal((await events.next()).at('object', 'code'), 410);
    const next = (token: unknown) => get(`${gadgets}?limit=9&continue=${encodeURIComponent(String(token))}`);
    const expired = await next(first.at('metadata', 'continue'));
    assert.deepEqual([expired.status, expired.at('reason')], [410, 'Expired']);
    const rest = await next(expired.at('metadata', 'continue'));
    assert.deepEqual(
      [0, 1, 2].map((index) => rest.at('items', index, 'metadata', 'name')),
      ['b', 'c', 'd'],
    );
    const exact = await get(`${gadgets}?resourceVersion=${version}&resourceVersionMatch=Exact`);
    assert.deepEqual([exact.status, exact.at('metadata', 'continue')], [410, undefined]);
  });

  it('breaks watches off without an end when they are cut', async () => {
    const { watch, create, gadgets, aGadget } = await openBench(server);
    await create(gadgets, aGadget('one'));
    const events = await watch(`${gadgets}?watch=1`);
    await events.next();
    server.cutWatches();
    await assert.rejects(events.next(), /aborted/);
  });

  it('keeps its objects while it is down', async () => {
    const { get, create, gadgets, aGadget } = await openBench(server);
    await create(gadgets, aGadget('one'));
    await server.suspend();
    await assert.rejects(get(gadgets), /ECONNREFUSED/);
    await server.resume();
    assert.equal((await get(`${gadgets}/one`)).status, 200);
  });

  it('ends a namespace with the last object that a finalizer holds in it', async () => {
    const { get, create, merge, remove, gadgets, aGadget, namespace } = await openBench(server);
    await create(gadgets, aGadget('held', {}, { finalizers: ['example.org/held'] }));
    const home = `/api/v1/namespaces/${namespace}`;
    assert.equal((await remove(home)).at('status', 'phase'), 'Terminating');
    assert.equal((await create(gadgets, aGadget('late'))).status, 403);
    await merge(`${gadgets}/held`, { metadata: { finalizers: null } });
    assert.equal((await get(home)).status, 404);
  });
});
