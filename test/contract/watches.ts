import assert from 'node:assert/strict';
import type { Received, Watch } from './connect.ts';
import type { Bench } from './gadget.ts';

const shown = (event: Received): string =>
  event.value === null ? 'end' : `${String(event.at('type'))} ${String(event.at('object', 'metadata', 'name'))}`;

const take = async (watch: Watch, count: number): Promise<readonly string[]> => {
  const events: string[] = [];
  while (events.length < count) events.push(shown(await watch.next()));
  return events;
};

/** What watches promise: where they start, what they send, how they end. */
export const describeWatches = (bench: () => Bench): void => {
  const version = async (): Promise<string> => {
    const { get, gadgets } = bench();
    return String((await get(`${gadgets}?limit=1`)).at('metadata', 'resourceVersion'));
  };

  it('sends each change after the version asked for, then live ones', async () => {
    const { create, merge, remove, watch, gadgets, aGadget } = bench();
    const from = await version();
    await create(gadgets, aGadget('watch-a'));
    const events = await watch(`${gadgets}?watch=1&resourceVersion=${from}`);
    assert.deepEqual(await take(events, 1), ['ADDED watch-a']);
    await merge(`${gadgets}/watch-a`, { spec: { size: 4 } });
    await remove(`${gadgets}/watch-a`);
    const modified = await events.next();
    assert.equal(modified.at('object', 'spec', 'size'), 4);
    assert.equal(modified.at('type'), 'MODIFIED');
    const deleted = await events.next();
    assert.equal(shown(deleted), 'DELETED watch-a');
    assert.notEqual(
      deleted.at('object', 'metadata', 'resourceVersion'),
      modified.at('object', 'metadata', 'resourceVersion'),
    );
    events.stop();
  });

  it('sends the metadata alone to who asks for no more', async () => {
    const { create, remove, watch, gadgets, aGadget } = bench();
    const from = await version();
    await create(gadgets, aGadget('watch-partial'));
    const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const events = await watch(`${gadgets}?watch=true&resourceVersion=${from}`, { accept });
    const added = await events.next();
    assert.equal(shown(added), 'ADDED watch-partial');
    assert.deepEqual([added.at('object', 'kind'), added.at('object', 'spec')], ['PartialObjectMetadata', undefined]);
    events.stop();
    await remove(`${gadgets}/watch-partial`);
  });

  it('starts with all objects where no version is asked for', async () => {
    const { create, remove, watch, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('watch-b', {}, { labels: { only: 'b' } }));
    const events = await watch(`${gadgets}?watch=true&labelSelector=only=b`);
    assert.deepEqual(await take(events, 1), ['ADDED watch-b']);
    events.stop();
    await remove(`${gadgets}/watch-b`);
  });

  it('streams the first state and closes it with an annotated bookmark', async () => {
    const { create, remove, watch, gadgets, aGadget } = bench();
    await create(gadgets, aGadget('watch-c', {}, { labels: { only: 'c' } }));
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const events = await watch(`${gadgets}?${query}&labelSelector=only=c`);
    assert.deepEqual(await take(events, 1), ['ADDED watch-c']);
    const bookmark = await events.next();
    assert.equal(bookmark.at('type'), 'BOOKMARK');
    assert.equal(bookmark.at('object', 'kind'), 'Gadget');
    assert.equal(bookmark.at('object', 'metadata', 'annotations', 'k8s.io/initial-events-end'), 'true');
    await remove(`${gadgets}/watch-c`);
    assert.deepEqual(await take(events, 1), ['DELETED watch-c']);
    events.stop();
  });

  it('refuses to send the first state without saying how new it must be', async () => {
    const { get, gadgets } = bench();
    const reply = await get(`${gadgets}?watch=1&sendInitialEvents=true`);
    assert.equal(reply.status, 422);
    assert.match(
      String(reply.at('message')),
      /sendInitialEvents requires setting resourceVersionMatch to NotOlderThan/,
    );
  });

  it('deletes for a selector what leaves it, and adds what enters', async () => {
    const { create, merge, watch, gadgets, aGadget } = bench();
    const from = await version();
    const events = await watch(`${gadgets}?watch=1&resourceVersion=${from}&labelSelector=in=yes`);
    await create(gadgets, aGadget('watch-d'));
    await merge(`${gadgets}/watch-d`, { metadata: { labels: { in: 'yes' } } });
    await merge(`${gadgets}/watch-d`, { metadata: { labels: { in: 'no' } } });
    assert.deepEqual(await take(events, 2), ['ADDED watch-d', 'DELETED watch-d']);
    events.stop();
  });

  it('answers a version that is too old by 200 and one ERROR event of code 410', async () => {
    const { watch, gadgets } = bench();
    const events = await watch(`${gadgets}?watch=1&resourceVersion=1`);
    const error = await events.next();
    assert.equal(error.at('type'), 'ERROR');
    assert.deepEqual([error.at('object', 'code'), error.at('object', 'reason')], [410, 'Expired']);
    assert.match(String(error.at('object', 'message')), /^too old resource version: 1 \(\d+\)$/);
    assert.equal((await events.next()).value, null);
  });

  it('is silent about a version of the future, and ends cleanly in time', async () => {
    const { watch, gadgets } = bench();
    const events = await watch(`${gadgets}?watch=1&resourceVersion=999999999&timeoutSeconds=1`);
    assert.equal((await events.next()).value, null);
  });

  it('sends a bookmark shortly before it ends, if there was anything new', async () => {
    const { watch, create, gadgets, aGadget } = bench();
    const from = await version();
    const events = await watch(`${gadgets}?watch=1&resourceVersion=${from}&allowWatchBookmarks=true&timeoutSeconds=4`);
    const quiet = await watch(`${gadgets}?watch=1&resourceVersion=999999999&allowWatchBookmarks=true&timeoutSeconds=4`);
    await create(gadgets, aGadget('watch-g'));
    assert.deepEqual(await take(events, 1), ['ADDED watch-g']);
    const bookmark = await events.next();
    assert.equal(bookmark.at('type'), 'BOOKMARK');
    assert.match(String(bookmark.at('object', 'metadata', 'resourceVersion')), /^\d+$/);
    assert.equal((await events.next()).value, null);
    assert.equal((await quiet.next()).value, null);
  });

  it('sends tables, with the headers once', async () => {
    const { watch, create, gadgets, aGadget } = bench();
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const from = await version();
    const events = await watch(`${gadgets}?watch=1&resourceVersion=${from}`, { accept });
    await create(gadgets, aGadget('watch-e'));
    await create(gadgets, aGadget('watch-f'));
    const [first, second] = [await events.next(), await events.next()];
    assert.equal(first.at('object', 'rows', 0, 'cells', 0), 'watch-e');
    assert.equal(first.at('object', 'columnDefinitions', 0, 'name'), 'Name');
    assert.equal(second.at('object', 'rows', 0, 'cells', 0), 'watch-f');
    assert.equal(second.at('object', 'columnDefinitions', 0, 'name'), undefined);
    events.stop();
  });
};

/** What happens to objects and watches of a type whose definition changes and goes; the bench is of no use afterwards. */
export const describeDefinitions = (bench: () => Bench): void => {
  it('ends watches cleanly when the definition changes', async () => {
    const { watch, merge, get, gadgets, definition } = bench();
    const events = await watch(`${gadgets}?watch=1&labelSelector=no=such`);
    const names = (await get(definition)).at('spec', 'names') as object;
    await merge(definition, { spec: { names: { ...names, categories: ['all'] } } });
    assert.equal((await events.next()).value, null);
  });

  it('deletes the objects, ends watches and knows the path no more when the definition goes', async () => {
    const { watch, create, remove, get, gadgets, aGadget, definition } = bench();
    await create(gadgets, aGadget('orphan', {}, { labels: { last: 'yes' } }));
    const events = await watch(`${gadgets}?watch=1&labelSelector=last=yes`);
    await remove(definition);
    assert.deepEqual(await take(events, 3), ['ADDED orphan', 'DELETED orphan', 'end']);
    const gone = await get(gadgets);
    assert.equal(gone.status, 404);
    assert.equal(gone.text, '404 page not found\n');
    assert.match(String(gone.headers['content-type']), /^text\/plain/);
  });
};
