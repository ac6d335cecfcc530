import assert from 'node:assert/strict';
import { createGate, type Gate } from '../../../src/kube/watch/gate.ts';
import {
  aBookmark,
  aBreakingWatch,
  aLine,
  aList,
  anEndingWatch,
  anObject,
  aStatus,
  aWatch,
  type Answer,
} from '../../support/scripted-server.ts';
import { startScriptedWatch, type ScriptedWatch } from '../../support/scripted-watch.ts';
import { virtualTime } from '../../support/virtual-time.ts';
import { settled } from '../../support/let-pass.ts';
import { eventually } from '../../support/eventually.ts';

const theEnd = (version: string): string =>
  aLine('BOOKMARK', { metadata: { resourceVersion: version, annotations: { 'k8s.io/initial-events-end': 'true' } } });
const a = aLine('ADDED', anObject('a', '5'));
const b = aLine('ADDED', anObject('b', '6'));
const listed = aList('7', [anObject('a', '5')]);
const listedText = (): string => JSON.stringify({ metadata: { resourceVersion: '7' }, items: [anObject('a', '5')] });
const list = 'list resourceVersion=0&limit=100';

describe('watch, where the server streams lists', () => {
  let ends: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  const start = (options: ScriptedWatch) => startScriptedWatch(ends, { release: 1.34, ...options });
  const first = ['init', 'init-apply a', 'init-apply b', 'init-done'];

  it('is told by one request what there is and what changes', async () => {
    const watching = await start({ script: [aWatch(a, b, theEnd('7'), aLine('MODIFIED', anObject('a', '8')))] });
    await watching.says(...first, 'apply a');
    assert.deepEqual(watching.requests(), ['stream 0']);
    const query = new URL(watching.server.requests[0] ?? '', 'http://x').searchParams;
    assert.equal(query.get('resourceVersionMatch'), 'NotOlderThan');
    assert.equal(query.get('allowWatchBookmarks'), 'true');
  });

  it('bears the silence of a watch, and no longer that of a first state, once all there is was told', async () => {
    const watching = await start({ script: [aWatch(a, b, theEnd('7'))] });
    await watching.says(...first);
    watching.time.advance(100_000);
    await settled();
    assert.deepEqual(watching.requests(), ['stream 0']);
    await watching.says(...first);
  });

  it('waits at the same gate where lists are not streamed', async () => {
    const narrow = createGate(1, virtualTime().scheduler);
    let came = 0;
    const gate: Gate = {
      enter: (signal) => {
        came += 1;
        return narrow.enter(signal);
      },
    };
    let tell: () => void = () => undefined;
    const slow: Answer = (response) => {
      const text = listedText();
      response.write(text.slice(0, -1));
      tell = () => response.end(text.slice(-1));
    };
    const one = await start({ release: 1.33, script: [slow, aWatch()], gate });
    await one.says('init', 'init-apply a');
    const other = await start({ release: 1.33, script: [listed, aWatch()], gate });
    await eventually(() => assert.equal(came, 2));
    await settled();
    assert.deepEqual(other.requests(), []);
    tell();
    await other.says('init', 'init-apply a', 'init-done');
  });

  it('projects each object as it comes', async () => {
    const watching = await start({ script: [aWatch(a)] });
    await watching.says('init', 'init-apply a');
  });

  it('goes on as a watch from the version of the bookmark', async () => {
    const watching = await start({ script: [anEndingWatch(a, b, theEnd('7'), aBookmark('8')), aWatch()] });
    await watching.says(...first);
    await watching.asks('stream 0', 'watch 8');
  });

  it('takes what changes meanwhile for a part of what there is', async () => {
    const changes = [aLine('MODIFIED', anObject('a', '8')), aLine('DELETED', anObject('b', '9'))];
    const watching = await start({ script: [aWatch(a, aBookmark('5'), b, ...changes, theEnd('9'))] });
    await watching.says('init', 'init-apply a', 'init-apply b', 'init-apply a', 'init-delete b', 'init-done');
  });

  it('streams again, not older than what it knows, when its version has expired', async () => {
    const expired = aLine('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    const watching = await start({ script: [anEndingWatch(a, b, theEnd('7'), expired), aWatch(a, theEnd('901'))] });
    await watching.says(...first, 'lost Expired', 'init', 'init-apply a', 'init-done');
    assert.deepEqual(watching.requests(), ['stream 0', 'stream 7']);
  });

  it('streams again, what is newest, when its version expires before all there is was told', async () => {
    const expired = aLine('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    const watching = await start({ script: [aWatch(a, expired), aWatch(a, theEnd('901'))] });
    await watching.says('init', 'init-apply a', 'lost Expired', 'init', 'init-apply a', 'init-done');
    assert.deepEqual(watching.requests(), ['stream 0', 'stream ']);
  });

  it('is counted by the gate as a list until all there is was told', async () => {
    const gate = createGate(1, virtualTime().scheduler);
    let tell: () => void = () => undefined;
    const slow: Answer = (response) => {
      response.write(a);
      tell = () => response.write(theEnd('7'));
    };
    const one = await start({ script: [slow], gate });
    await one.says('init', 'init-apply a');
    const other = await start({ script: [aWatch(b, theEnd('7'))], gate });
    await settled();
    assert.deepEqual(other.requests(), []);
    tell();
    await other.says('init', 'init-apply b', 'init-done');
    one.subscription.unsubscribe();
    await eventually(() => assert.equal(one.server.openSockets(), 0));
  });

  describe('lists instead', () => {
    it('of an older server, for the release that it tells', async () => {
      const watching = await start({ release: 1.33, script: [listed, aWatch()] });
      await watching.says('init', 'init-apply a', 'init-done');
      assert.deepEqual(watching.requests(), [list, 'watch 7']);
    });

    it('of a server that refuses to stream, from then on', async () => {
      const refused = aStatus(
        422,
        'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      );
      const expired = aLine('ERROR', { kind: 'Status', code: 410, message: 'too old' });
      const watching = await start({ script: [refused, listed, anEndingWatch(expired), listed, aWatch()] });
      const all = ['init', 'init-apply a', 'init-done'];
      await watching.says('lost ServerError', ...all, 'lost Expired', ...all);
      assert.deepEqual(watching.requests(), ['stream 0', list, 'watch 7', 'list resourceVersion=7', 'watch 7']);
    });

    it('of a server that does not say for 30 seconds that it has told all there is, from then on', async () => {
      const expired = aLine('ERROR', { kind: 'Status', code: 410, message: 'too old' });
      const watching = await start({ script: [aWatch(a), listed, anEndingWatch(expired), listed, aWatch()] });
      await watching.says('init', 'init-apply a');
      watching.time.advance(30_000);
      const all = ['init', 'init-apply a', 'init-done'];
      await watching.says('init', 'init-apply a', 'lost StreamBroken', ...all, 'lost Expired', ...all);
      assert.deepEqual(watching.requests(), ['stream 0', list, 'watch 7', 'list resourceVersion=7', 'watch 7']);
    });

    it('when the stream breaks off before its end, this once', async () => {
      const expired = aLine('ERROR', { kind: 'Status', code: 410, message: 'too old' });
      const watching = await start({
        script: [aBreakingWatch(a), listed, anEndingWatch(expired), aWatch(theEnd('8'))],
      });
      const broken = ['init', 'init-apply a', 'lost StreamBroken', 'init', 'init-apply a', 'init-done'];
      await watching.says(...broken, 'lost Expired', 'init', 'init-done');
      assert.deepEqual(watching.requests(), ['stream 0', list, 'watch 7', 'stream 7']);
    });
  });

  it('asks for the newest when its version is from the future of the server', async () => {
    const tooLarge = aStatus(504, 'Timeout: Too large resource version: 8, current: 3');
    const watching = await start({ script: [tooLarge, aWatch(theEnd('3'))] });
    await watching.says('lost VersionFromTheFuture', 'init', 'init-done');
    assert.deepEqual(watching.requests(), ['stream 0', 'stream ']);
  });
});
