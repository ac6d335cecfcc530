import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../support/eventually.ts';
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
import { startScriptedWatch, things, type ScriptedWatch } from '../../support/scripted-watch.ts';

describe('watch', () => {
  let ends: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  const start = (options: ScriptedWatch) => startScriptedWatch(ends, options);

  const listed = aList('7', [anObject('a', '5'), anObject('b', '6')]);
  const first = ['init', 'init-apply a', 'init-apply b', 'init-done'];
  const begin = 'list resourceVersion=0&limit=100';

  describe('the list', () => {
    it('is taken from the cache, and the watch goes on from its version', async () => {
      const watching = await start({
        script: [
          listed,
          aWatch(
            aLine('ADDED', anObject('c', '8')),
            aLine('MODIFIED', anObject('a', '9')),
            aLine('DELETED', anObject('b', '10')),
          ),
        ],
      });
      await watching.says(...first, 'apply c', 'apply a', 'delete b');
      assert.deepEqual(watching.requests(), [begin, 'watch 7']);
      const query = new URL(watching.server.requests[1]!, 'http://x').searchParams;
      assert.equal(query.get('allowWatchBookmarks'), 'true');
      assert.equal(query.get('timeoutSeconds'), '240');
    });

    it('may come packed, which takes a tenth of the bytes', async () => {
      const packed: Answer = (response, { headers }) => {
        assert.equal(headers['accept-encoding'], 'gzip');
        const text = JSON.stringify({ items: [anObject('a', '5')], metadata: { resourceVersion: '7' } });
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
      };
      const watching = await start({ script: [packed, aWatch()] });
      await watching.says('init', 'init-apply a', 'init-done');
    });

    it('is followed by a watch for four to eight minutes, so that not all come back at once', async () => {
      const watching = await start({ script: [listed, aWatch()], random: 0.5 });
      await watching.says(...first);
      assert.match(watching.server.requests[1] ?? '', /timeoutSeconds=360/);
    });

    it('is complete only when the watch behind it stands', async () => {
      const watching = await start({ script: [listed, aStatus(429, 'storage is (re)initializing'), aWatch()] });
      await watching.says('init', 'init-apply a', 'init-apply b', 'lost Throttled', 'init-done');
      assert.deepEqual(watching.requests(), [begin, 'watch 7', 'watch 7']);
    });

    it('comes in pages where the server has no cache', async () => {
      const watching = await start({
        script: [aList('7', [anObject('a', '5')], 'more'), aList('7', [anObject('b', '6')]), aWatch()],
      });
      await watching.says(...first);
      assert.deepEqual(watching.requests(), [begin, 'list limit=100&continue=more', 'watch 7']);
    });

    it('is asked for whole when a page has expired', async () => {
      const watching = await start({
        script: [aList('7', [anObject('a', '5')], 'more'), aStatus(410, 'too old'), listed, aWatch()],
      });
      await watching.says('init', 'init-apply a', 'lost Expired', ...first);
      assert.deepEqual(watching.requests(), [begin, 'list limit=100&continue=more', 'list ', 'watch 7']);
    });

    it('is repeated after an error, and its failure is told once', async () => {
      const watching = await start({ script: [aStatus(503, 'away'), aStatus(503, 'still away'), listed, aWatch()] });
      await watching.says('lost ServerError', ...first);
      assert.deepEqual(watching.requests(), [begin, begin, begin, 'watch 7']);
    });

    it('is repeated when it breaks off in the middle', async () => {
      const half: Answer = (response) =>
        void response.write('{"items":[{"metadata":{"name":"a"}},{"meta', () => response.destroy());
      const watching = await start({ script: [half, listed, aWatch()] });
      await watching.says('init', 'init-apply a', 'lost StreamBroken', ...first);
    });

    it('is given up when its body stalls for 30 seconds', async () => {
      const watching = await start({
        script: [(response) => void response.write('{"items":[{"metadata":{"name":"a"}}'), listed, aWatch()],
      });
      await watching.says('init', 'init-apply a');
      watching.time.advance(30_000);
      await watching.says('init', 'init-apply a', 'lost StreamBroken', ...first);
    });

    it('asks for the newest when its version is from the future of the server', async () => {
      const tooLarge = aStatus(504, 'Timeout: Too large resource version: 8, current: 3', {
        reason: 'Timeout',
        details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
      });
      const watching = await start({
        script: [listed, aWatch(aBookmark('8')), aWatch(), tooLarge, aList('3', []), aWatch()],
      });
      await watching.says(...first);
      await eventually(() => assert.equal(watching.requests().length, 2));
      await eventually(() => {
        watching.time.advance(10_000);
        assert.ok(watching.requests().length >= 4);
      });
      const lost = ['lost StreamBroken', 'resumed', 'lost StreamBroken', 'lost VersionFromTheFuture'];
      await watching.says(...first, ...lost, 'init', 'init-done');
      assert.deepEqual(watching.requests().slice(1), [
        'watch 7',
        'watch 8',
        'list resourceVersion=8',
        'list limit=100',
        'watch 3',
      ]);
    });

    it('uses the newest version of the API that the server serves', async () => {
      const group: Answer = (response) =>
        void response.end(JSON.stringify({ versions: [{ version: 'v1beta1' }, { version: 'v1' }] }));
      const watching = await start({
        script: [group, listed, aWatch()],
        resource: { ...things, versions: ['v2', 'v1', 'v1beta1'] },
      });
      await watching.says(...first);
      assert.deepEqual(
        watching.server.requests.map((path) => path.split('?')[0]),
        ['/apis/example.org', '/apis/example.org/v1/things', '/apis/example.org/v1/things'],
      );
    });
  });

  describe('the watch', () => {
    it('is opened again at once after a clean end, from the newest version, and nothing is said', async () => {
      const watching = await start({
        script: [
          listed,
          anEndingWatch(aLine('MODIFIED', anObject('a', '8')), aBookmark('9')),
          aWatch(aLine('ADDED', anObject('c', '10'))),
        ],
      });
      await watching.says(...first, 'apply a', 'apply c');
      assert.deepEqual(watching.requests(), [begin, 'watch 7', 'watch 9']);
    });

    it('that was silent to its end asks for one object not older, and takes no other answer than the future for one', async () => {
      const ended: (() => void)[] = [];
      const silent: Answer = (response) => {
        response.flushHeaders();
        ended.push(() => response.end());
      };
      const answers = [aStatus(403, 'no'), silent, aStatus(410, 'gone'), silent, aList('7', []), aWatch()];
      const watching = await start({ script: [listed, silent, ...answers] });
      await watching.says(...first);
      for (let count = 1; count <= 3; count += 1) {
        await watching.waits(150_000);
        watching.time.advance(240_000);
        ended.at(-1)?.();
        await eventually(() => assert.equal(watching.requests().length, 2 + 2 * count));
      }
      await watching.waits(150_000);
      const asked = ['list limit=1&resourceVersion=7&resourceVersionMatch=NotOlderThan', 'watch 7'];
      assert.deepEqual(watching.requests(), [begin, 'watch 7', ...asked, ...asked, ...asked]);
      await watching.says(...first);
    });

    it('that ends at once without an event has failed', async () => {
      const watching = await start({ script: [listed, anEndingWatch(), aWatch()], random: 0.5 });
      await watching.says(...first, 'lost StreamBroken');
      await watching.asks(begin, 'watch 7');
      watching.time.advance(400);
      await watching.asks(begin, 'watch 7', 'watch 7');
    });

    it('is followed by a list when its version has expired', async () => {
      const expired = aLine('ERROR', {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: 'too old resource version: 7 (900)',
      });
      const watching = await start({
        script: [listed, anEndingWatch(expired), aList('901', [anObject('c', '900')]), aWatch()],
      });
      await watching.says(...first, 'lost Expired', 'init', 'init-apply c', 'init-done');
      assert.deepEqual(watching.requests(), [begin, 'watch 7', 'list resourceVersion=7', 'watch 901']);
    });

    it('is followed by a list at once when its version has expired, and only after a while when that happens again', async () => {
      const expired = aLine('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      const again = [listed, anEndingWatch(expired)];
      const watching = await start({ script: [...again, ...again, listed, aWatch()], random: 0.5 });
      await watching.says(...first, 'lost Expired', ...first, 'lost Expired');
      await watching.waits(800);
      assert.equal(watching.requests().length, 4);
    });

    it('is followed by a list when it tells of another error', async () => {
      const error = aLine('ERROR', { kind: 'Status', code: 500, message: 'etcd is unwell' });
      const watching = await start({ script: [listed, aWatch(error), listed, aWatch()] });
      await watching.says(...first, 'lost ServerError', ...first);
      assert.deepEqual(watching.requests(), [begin, 'watch 7', 'list resourceVersion=7', 'watch 7']);
    });

    it('goes on from where it was when it is cut in the middle of a line', async () => {
      const watching = await start({
        script: [
          listed,
          aBreakingWatch(aLine('MODIFIED', anObject('a', '8')), '{"type":"MODI'),
          aWatch(aLine('MODIFIED', anObject('b', '9'))),
        ],
      });
      await watching.says(...first, 'apply a', 'lost StreamBroken', 'apply b');
      assert.deepEqual(watching.requests(), [begin, 'watch 7', 'watch 8']);
      watching.time.advance(1000);
      await watching.says(...first, 'apply a', 'lost StreamBroken', 'apply b', 'resumed');
    });

    it('has broken when it ends in the middle of a line, however cleanly', async () => {
      const watching = await start({
        script: [
          listed,
          anEndingWatch(aLine('MODIFIED', anObject('a', '8')), '{"type":"MODI'),
          aWatch(aLine('MODIFIED', anObject('b', '9'))),
        ],
      });
      await watching.says(...first, 'apply a', 'lost StreamBroken', 'apply b');
    });

    it('ends with a line that does not parse, and a second such line is answered by a list', async () => {
      const watching = await start({ script: [listed, aWatch('{"type":}\n'), aWatch('nonsense\n'), listed, aWatch()] });
      await watching.says(...first, 'lost StreamBroken', ...first);
      assert.deepEqual(watching.requests(), [begin, 'watch 7', 'watch 7', 'list resourceVersion=7', 'watch 7']);
    });

    it('ends with a line of more than 4 MiB', async () => {
      const watching = await start({ script: [listed, aWatch('x'.repeat(5 * 1024 * 1024)), aWatch()] });
      await watching.says(...first, 'lost StreamBroken');
      await watching.asks(begin, 'watch 7', 'watch 7');
    });

    it('skips an event of a type that it does not know, and says so', async () => {
      const watching = await start({
        script: [listed, aWatch(aLine('RENAMED', anObject('a', '8')), aLine('ADDED', anObject('c', '9')))],
      });
      await watching.says(...first, 'apply c');
      assert.deepEqual(watching.puzzles, ['an event of the unknown type RENAMED was skipped']);
    });

    it('counts as live again only a second after it was taken, when no bookmark said so earlier', async () => {
      const watching = await start({ script: [listed, aBreakingWatch(), aWatch()] });
      await watching.says(...first, 'lost StreamBroken');
      await watching.asks(begin, 'watch 7', 'watch 7');
      await eventually(() => {
        watching.time.advance(500);
        assert.deepEqual(watching.words(), [...first, 'lost StreamBroken', 'resumed']);
      });
    });

    it('is proved live by a bookmark', async () => {
      const watching = await start({ script: [listed, aBreakingWatch(), aWatch(aBookmark('8'))] });
      await watching.says(...first, 'lost StreamBroken', 'resumed');
    });
  });

  describe('a refusal', () => {
    it('by 429 is waited out as long as Retry-After says, and the watch goes on', async () => {
      const watching = await start({
        script: [listed, aStatus(429, 'too many requests', {}, { 'retry-after': '7' }), aWatch()],
      });
      await watching.says('init', 'init-apply a', 'init-apply b', 'lost Throttled');
      await watching.waits(7_000);
      watching.time.advance(7_000);
      await watching.asks(begin, 'watch 7', 'watch 7');
    });

    it('by 401 is tried again soon, from where it was', async () => {
      const watching = await start({ script: [listed, aStatus(401, 'Unauthorized'), aWatch()] });
      await watching.says('init', 'init-apply a', 'init-apply b', 'lost Unauthorized', 'init-done');
      assert.deepEqual(watching.requests(), [begin, 'watch 7', 'watch 7']);
    });

    it('by 403 waits for a person, and is tried again slowly', async () => {
      const watching = await start({
        script: [aStatus(403, 'things is forbidden: User "nobody" cannot list'), listed, aWatch()],
      });
      await watching.says('lost Forbidden');
      const [lost] = watching.events;
      assert.ok(lost?.type === 'lost');
      assert.equal(lost.failure.remedy, 'wait');
      assert.match(lost.failure.message, /things\.example\.org at http.*cannot list.*RBAC/);
      await watching.waits(30_000);
      watching.time.advance(30_000);
      await watching.says('lost Forbidden', ...first);
    });

    it('by 403 of a watch is followed by a list, since other rights may show other things', async () => {
      const watching = await start({ script: [listed, aStatus(403, 'forbidden'), listed, aWatch()] });
      await watching.says('init', 'init-apply a', 'init-apply b', 'lost Forbidden');
      await watching.waits(30_000);
      watching.time.advance(30_000);
      await watching.asks(begin, 'watch 7', 'list resourceVersion=7', 'watch 7');
    });

    it('by 404 in plain text means that the resource is not there yet', async () => {
      const absent: Answer = (response) =>
        void response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
      const watching = await start({ script: [absent, listed, aWatch()] });
      await watching.says('lost NotServed');
      await watching.waits(30_000);
      watching.time.advance(30_000);
      await watching.says('lost NotServed', ...first);
    });

    it('by a redirect is not followed', async () => {
      const elsewhere: Answer = (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      const watching = await start({ script: [elsewhere, listed, aWatch()] });
      await watching.says('lost ServerError', ...first);
    });

    it('whose body never ends is not read to its end', async () => {
      const endless: Answer = (response) => void response.writeHead(500).write('x'.repeat(200_000));
      const watching = await start({ script: [endless, listed, aWatch()] });
      await watching.says('lost ServerError', ...first);
    });

    it('for another reason than before is told again', async () => {
      const watching = await start({
        script: [aStatus(503, 'away'), aStatus(401, 'Unauthorized'), aStatus(401, 'Unauthorized'), listed, aWatch()],
      });
      await watching.says('lost ServerError', 'lost Unauthorized', ...first);
    });
  });

  describe('silence', () => {
    it('of 150 seconds ends the watch of a server that has sent bookmarks', async () => {
      const watching = await start({ script: [listed, aWatch(aBookmark('8')), aWatch()] });
      await watching.says(...first);
      await eventually(() => {
        watching.time.advance(100);
        assert.ok(watching.words().length === 4);
      });
      watching.time.advance(149_000);
      assert.deepEqual(watching.words(), first);
      watching.time.advance(151_000);
      await watching.says(...first, 'lost StreamBroken');
      await watching.asks(begin, 'watch 7', 'watch 8');
    });

    it('in the middle of a line ends the watch after 150 seconds, bookmarks or not', async () => {
      const watching = await start({ script: [listed, aWatch('{"type":"MODI'), aWatch()] });
      await watching.says(...first);
      await eventually(() => {
        watching.time.advance(10_000);
        assert.equal(watching.words().at(-1), 'lost StreamBroken');
      });
      assert.ok(watching.time.scheduler.frame < 240_000);
    });

    it('of a server without bookmarks is borne until the watch is 30 seconds over its time', async () => {
      const watching = await start({ script: [listed, aWatch(), aWatch()] });
      await watching.says(...first);
      watching.time.advance(269_000);
      await watching.says(...first);
      watching.time.advance(1_000);
      await watching.says(...first, 'lost StreamBroken');
    });
  });

  describe('its end', () => {
    it('in the middle of a list leaves no connection and no request behind', async () => {
      const watching = await start({
        script: [(response) => void response.write('{"items":[{"metadata":{"name":"a"}}')],
      });
      await watching.says('init', 'init-apply a');
      watching.subscription.unsubscribe();
      await eventually(() => assert.equal(watching.server.openSockets(), 0));
      watching.time.advance(1_000_000);
      assert.equal(watching.server.requests.length, 1);
      assert.deepEqual(watching.words(), ['init', 'init-apply a']);
    });

    it('before the first answer leaves no connection behind', async () => {
      const watching = await start({ script: [] });
      await watching.asks(begin);
      watching.subscription.unsubscribe();
      await eventually(() => assert.equal(watching.server.openSockets(), 0));
    });

    it('in the middle of a watch leaves no connection behind', async () => {
      const watching = await start({ script: [listed, aWatch()] });
      await watching.says(...first);
      watching.subscription.unsubscribe();
      await eventually(() => assert.equal(watching.server.openSockets(), 0));
    });

    it('before it counts as live again leaves no timer behind', async () => {
      const watching = await start({ script: [listed, aBreakingWatch(), aWatch(aLine('ADDED', anObject('c', '8')))] });
      await watching.says(...first, 'lost StreamBroken', 'apply c');
      watching.subscription.unsubscribe();
      await eventually(() => assert.equal(watching.time.scheduler.actions.length, 0));
    });

    it('while it waits leaves no timer behind', async () => {
      const watching = await start({ script: [aStatus(403, 'forbidden')] });
      await watching.says('lost Forbidden');
      watching.subscription.unsubscribe();
      await eventually(() => assert.equal(watching.time.scheduler.actions.length, 0));
    });
  });

  it('backs off with full jitter, longer each time', async () => {
    const watching = await start({ script: Array.from({ length: 4 }, () => aStatus(503, 'away')), random: 0.5 });
    for (const [count, delay] of [
      [1, 400],
      [2, 800],
      [3, 1600],
    ] as const) {
      await eventually(() => assert.equal(watching.requests().length, count));
      await eventually(() =>
        assert.equal(watching.time.scheduler.actions.filter((action) => !action.closed).length, 1),
      );
      watching.time.advance(delay - 1);
      assert.equal(watching.requests().length, count);
      watching.time.advance(1);
    }
  });
});
