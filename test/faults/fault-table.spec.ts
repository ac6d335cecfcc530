import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { aChunk, lastChunk, watchTaken, type Fault } from '../support/fault-proxy.ts';
import { startPlainApiServer } from '../support/start-plain-api-server.ts';
import { collectUncaught, watchThroughFaults } from '../support/watch-through-faults.ts';

const first = ['init', 'init-apply a', 'init-apply b', 'init-done'];
const things = '/configmaps';

const line = (event: object): string => `${JSON.stringify(event)}\n`;
const errorEvent = (code: number, reason: string): string =>
  aChunk(line({ type: 'ERROR', object: { kind: 'Status', code, reason, message: reason } }));
const inserted = (text: string): Fault => ({ type: 'insert', after: 0, text });
const refusal = (status: string): Fault => ({
  type: 'insert',
  on: things,
  after: 0,
  text: `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  ends: true,
});

/** Unfolds what is the same for a server that streams the first state and for one that lists it. */
const servers = [
  {
    title: 'a server that lists',
    minor: 33,
    begin: (version: string) => [`list 0`, `watch ${version}`],
    again: 'list',
  },
  { title: 'a server that streams', minor: 35, begin: () => ['stream 0'], again: 'stream' },
] as const;

for (const { title, minor, begin, again } of servers)
  describe(`the fault table, with ${title}`, () => {
    let ends: (() => void | Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of ends.reverse()) await end();
      ends = [];
    });
    const start = (options?: Parameters<typeof watchThroughFaults>[1]) =>
      watchThroughFaults(ends, { minor, ...options });
    const watching = async (options?: Parameters<typeof watchThroughFaults>[1]) => {
      const started = await start(options);
      await started.says(...first);
      return started;
    };

    describe('what stops the library for ever', () => {
      it('connection reset when the first state is asked for', async () => {
        const { says, proxy } = await start({
          before: ({ next }) => next({ type: 'reset', on: things, after: 0 }),
        });
        // A connection that was used before is tried again unasked: it may have been closed at the moment it was taken.
        await says(...first);
        assert.equal(proxy.made(), 2);
      });

      it('connection reset in the middle of the first state', async () => {
        const { endsWith } = await start({
          before: ({ next }) => next({ type: 'reset', on: things, after: '"name":"b"' }),
        });
        await endsWith(['lost StreamBroken', ...first]);
      });

      it('connection reset in the middle of the watch: what happened meanwhile is told, and nothing twice', async () => {
        const { server, proxy, requests, endsWith } = await watching();
        const listedAt = server.version();
        proxy.strike({ type: 'reset', after: 0 });
        server.put('c', 'while away');
        server.remove('a');
        await endsWith(['init-done', 'lost StreamBroken', 'apply c', 'delete a']);
        assert.deepEqual(requests(), [...begin(listedAt), `watch ${listedAt}`]);
        await endsWith(['delete a', 'resumed'], 500);
      });

      it('503 on the list', async () => {
        const { says } = await start({
          before: ({ next }) => next(refusal('503 Service Unavailable'), refusal('503 Service Unavailable')),
        });
        await says('lost ServerError', ...first);
      });
    });

    it('stop during the first list: nothing more is asked or told, and no connection stays', async () => {
      const { says, unsubscribe, proxy, requests, time, words } = await start({
        before: ({ next }) => next({ type: 'stall', on: things, after: '"name":"a"' }),
      });
      await says('init');
      unsubscribe();
      proxy.release();
      await eventually(() => assert.equal(proxy.open(), 0));
      time.advance(1_000_000);
      assert.deepEqual([requests(), words()], [[begin('')[0]], ['init']]);
    });

    it('server closes each watch at once: a few requests in eight seconds, not two thousand', async () => {
      const endOfWatch: Fault = { type: 'insert', on: 'watch=true', after: watchTaken, text: lastChunk, ends: true };
      const { endsWith, time, requests, proxy } = await start({
        random: 0.5,
        before: ({ each }) => each(() => endOfWatch),
      });
      await endsWith(['lost StreamBroken']);
      const waits = () => time.scheduler.actions.filter(({ closed }) => !closed).length;
      for (let passed = 0; passed < 8_000; passed += 100) {
        await eventually(() => assert.equal(waits(), 1), { every: 1 });
        time.advance(100);
      }
      const asked = requests().length;
      assert.ok(asked >= 3 && asked <= 12, `${asked} requests: ${requests().join(', ')}`);
      proxy.each(() => undefined);
      await eventually(() => {
        time.advance(1_000);
        assert.ok(requests().length > asked);
      });
    });

    it('quiet healthy watch: stays for as long as it was asked for, though no bookmark comes', async () => {
      const { says, time, requests, proxy, server } = await watching();
      time.advance(239_000);
      await says(...first);
      assert.deepEqual([requests(), proxy.made()], [begin(server.version()), 1]);
    });

    describe('peer accepts and says nothing', () => {
      it('to a request', async () => {
        const { says } = await start({
          limits: { connect: 1_000, firstByte: 100 },
          before: ({ next }) => next({ type: 'stall', on: things, after: 0 }),
        });
        await says('lost Unreachable', ...first);
      });

      it('in the middle of the first state: 30 seconds', async () => {
        const { says, time, endsWith } = await start({
          before: ({ next }) => next({ type: 'stall', on: things, after: '"name":"a"' }),
        });
        await says('init');
        time.advance(29_000);
        await says('init');
        await endsWith(['init', 'lost StreamBroken', ...first], 1_000);
      });

      it('on a watch, from a server that was seen to send bookmarks: 150 seconds', async () => {
        const { says, proxy, server, time, puzzles, agrees } = await watching();
        const object = { metadata: { resourceVersion: server.version() } };
        proxy.strike(inserted(aChunk(line({ type: 'BOOKMARK', object }) + line({ type: 'MARK', object }))));
        await eventually(() => assert.equal(puzzles.length, 1));
        proxy.strike({ type: 'half-open', after: 0 });
        server.put('a', 'unseen');
        time.advance(149_000);
        await says(...first);
        time.advance(1_000);
        await says(...first, 'lost StreamBroken', 'apply a');
        await agrees(500);
      });

      it('on a watch, from a server without bookmarks: 30 seconds over its time', async () => {
        const { says, proxy, server, time, agrees } = await watching();
        proxy.strike({ type: 'half-open', after: 0 });
        server.put('a', 'unseen');
        time.advance(269_000);
        await says(...first);
        time.advance(1_000);
        await says(...first, 'lost StreamBroken', 'apply a');
        await agrees(500);
      });
    });

    describe('ERROR event', () => {
      it('other than 410: followed by a list from the last version', async () => {
        const { says, proxy, server, requests } = await watching();
        const seen = server.version();
        proxy.strike(inserted(errorEvent(500, 'InternalError')));
        await says(...first, 'lost ServerError', ...first);
        assert.equal(requests()[begin('').length], `${again} ${seen}`);
      });

      it('410: acted on at once, although the server leaves the watch open', async () => {
        const { says, proxy } = await watching();
        proxy.strike(inserted(errorEvent(410, 'Expired')));
        await says(...first, 'lost Expired', ...first);
      });

      it('429: the watch goes on from where it was', async () => {
        const { says, proxy, server, requests } = await watching();
        proxy.strike(inserted(errorEvent(429, 'TooManyRequests')));
        await says(...first, 'lost Throttled');
        await eventually(() => assert.equal(requests().at(-1), `watch ${server.version()}`));
      });
    });

    describe('410', () => {
      it('of a watch that comes back too late, as an event under HTTP 200: what has gone goes', async () => {
        const { server, agrees, endsWith } = await watching();
        server.suspend();
        await endsWith(['lost Unreachable']);
        server.remove('a');
        server.put('c', 'new');
        server.compact();
        server.resume();
        await endsWith(['lost Expired', 'init', 'init-apply b', 'init-apply c', 'init-done']);
        await agrees();
      });

      it('of a watch as an HTTP status', async () => {
        const { says, server, proxy, requests } = await watching();
        const seen = server.version();
        proxy.next(refusal('410 Gone'));
        proxy.strike({ type: 'reset', after: 0 });
        await says(...first, 'lost StreamBroken', 'lost Expired', ...first);
        assert.ok(requests().includes(`${again} ${seen}`));
      });

      it('of the first state: only the newest will do', async () => {
        const { says, requests } = await start({ before: ({ next }) => next(refusal('410 Gone')) });
        await says('lost Expired', ...first);
        assert.ok(requests().includes(`${again} newest`));
      });
    });

    if (minor < 34)
      it('410 of a later page: one whole list', async () => {
        const names = Array.from({ length: 150 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);
        const stalled: Fault = { type: 'stall', on: things, after: '"remainingItemCount"' };
        const { proxy, server, says, requests } = await start({
          things: names,
          before: ({ next }) => next(refusal('410 Gone'), stalled),
        });
        await says('lost Expired', 'init');
        server.turn();
        server.compact();
        proxy.release();
        const all = names.map((name) => `init-apply ${name}`);
        // Expired again: that it is lost for this reason has been said.
        await says('lost Expired', 'init', ...all.slice(0, 100), 'init', ...all, 'init-done');
        const asked = ['list newest', 'list newest next page', 'list newest', `watch ${server.version()}`];
        assert.deepEqual(requests().slice(-4), asked);
      });

    if (minor < 34)
      it('paging: what only the newest list can say is read page by page', async () => {
        const names = Array.from({ length: 250 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);
        const { agrees, requests } = await start({ things: names, before: ({ next }) => next(refusal('410 Gone')) });
        await agrees();
        const pages = requests().filter((request) => request.startsWith('list newest'));
        assert.deepEqual(pages, ['list newest', 'list newest next page', 'list newest next page']);
      });

    describe('a line that does not parse', () => {
      it('breaks the watch, and nothing is missed', async () => {
        const { server, proxy, endsWith, agrees } = await watching();
        server.put('a', 'before');
        await endsWith(['apply a']);
        proxy.strike({ type: 'garble', after: '{"type":"MODIFIED"' });
        server.put('b', 'garbled');
        await endsWith(['apply a', 'lost StreamBroken', 'apply b']);
        await agrees(500);
      });

      it('of no known shape breaks it as well', async () => {
        const { proxy, endsWith, agrees } = await watching();
        proxy.strike(inserted(aChunk('[1, 2, 3]\n')));
        await endsWith(['lost StreamBroken']);
        proxy.strike(inserted(aChunk('{"type":"ADDED","object":{"metadata":7}}\n')));
        await agrees(500);
      });
    });

    it('what a reader throws is not swallowed', async () => {
      const errors = collectUncaught(ends);
      const { server } = await watching({
        onEvent: (event) => {
          if (event.type === 'delete') throw new Error('the reader broke');
        },
      });
      server.remove('a');
      await eventually(() => assert.equal(errors.length, 1));
      assert.match(String(errors[0]), /the reader broke/);
    });

    it('one connection carries every list and every watch that ends cleanly', async () => {
      const { server, proxy, requests, time, endsWith } = await watching();
      for (let round = 1; round <= 20; round += 1) {
        server.put('a', `round ${round}`);
        await endsWith(['apply a']);
        const asked = requests().length;
        time.advance(2_000);
        server.endWatches();
        await eventually(() => assert.equal(requests().length, asked + 1));
      }
      assert.equal(proxy.made(), 1);
    });

    it('restart: nothing is missed, and nothing is listed again', async () => {
      const { server, agrees, endsWith, requests } = await watching();
      server.suspend();
      server.put('a', 'while away');
      server.remove('b');
      await endsWith(['lost Unreachable']);
      server.resume();
      await endsWith(['lost Unreachable', 'apply a', 'delete b']);
      await agrees(500);
      assert.ok(
        requests()
          .slice(begin('').length)
          .every((request) => request.startsWith('watch')),
      );
    });

    it('restored from a backup: what is of the future is forgotten', async () => {
      const { proxy, words, time, held } = await watching();
      const younger = await startPlainApiServer({ minor, firstVersion: 10 });
      ends.push(() => younger.close());
      younger.put('b', 'from the backup');
      proxy.lead(younger.url);
      proxy.strike({ type: 'reset', after: 0 });
      await eventually(() => {
        time.advance(10_000);
        assert.ok(words().includes('lost VersionFromTheFuture'), words().join(', '));
      });
      await eventually(() =>
        assert.deepEqual(
          [...held().values()].map(({ data }) => data),
          ['from the backup'],
        ),
      );
    });

    describe('a server that never sends bookmarks', () => {
      const endOfWatch: Fault = { type: 'insert', after: 0, text: lastChunk, ends: true };
      const mark = aChunk(line({ type: 'MARK', object: {} }));

      it('and was restored from a backup: that is noticed when a watch ends in silence', async () => {
        const { proxy, says, time, endsWith, server, held, puzzles } = await watching();
        const younger = await startPlainApiServer({ minor, firstVersion: 10 });
        ends.push(() => younger.close());
        server.put('a', 'before the restore');
        await endsWith(['apply a']);
        younger.put('b', 'from the backup');
        proxy.lead(younger.url);
        proxy.next({ type: 'insert', on: 'watch=true', after: watchTaken, text: mark });
        time.advance(240_000);
        proxy.strike(endOfWatch);
        await eventually(() => assert.equal(puzzles.length, 1), { every: 1 });
        await says(...first, 'apply a');
        time.advance(240_000);
        younger.endWatches();
        await endsWith(['apply a', 'lost VersionFromTheFuture', 'init', 'init-apply b', 'init-done'], 500);
        assert.deepEqual([...held().keys()], ['b']);
      });

      it('and is quiet for hours: after each watch it is asked for one object, and nothing is listed again', async () => {
        const { proxy, server, says, time, requests, puzzles } = await watching();
        const begun = requests().length;
        const begunAt = server.version();
        for (let watches = 1; watches <= 10; watches += 1) {
          time.advance(240_000);
          server.turn();
          proxy.strike({ type: 'insert', on: 'watch=true', after: watchTaken, text: mark });
          server.endWatches();
          await eventually(() => assert.equal(puzzles.length, watches), { every: 1 });
        }
        const asked = Array.from({ length: 10 }, () => [`one ${begunAt}`, `watch ${begunAt}`]).flat();
        assert.deepEqual(requests().slice(begun), asked);
        await says(...first);
        assert.equal(proxy.made(), 1);
      });
    });

    describe('a network that', () => {
      const cuts: readonly (readonly [string, Fault])[] = [
        ['drops connections', { type: 'drop', after: 700 }],
        ['resets connections', { type: 'reset', after: 700 }],
        ['cuts in the middle of a line', { type: 'drop', on: 'watch=true', after: '{"type":"MODIFIED","obj' }],
        ['cuts in the middle of a header', { type: 'drop', on: 'watch=true', after: 'HTTP/1.1 2' }],
        ['cuts in the middle of a list', { type: 'drop', on: things, after: '"metadata":{"na' }],
        ['is slow', { type: 'slow', after: 0, bytes: 7 }],
      ];
      for (const [name, fault] of cuts)
        it(`${name}: nothing is lost and nothing is made up`, async () => {
          const { server, proxy, agrees } = await start({
            before: ({ next }) => next(...Array.from({ length: 5 }, () => fault)),
          });
          for (let round = 0; round < 10; round += 1) {
            server.put('a', `round ${round}`);
            if (round % 3 === 0) server.remove('b');
            else server.put('b', `round ${round}`);
            await agrees(200);
          }
          assert.ok(proxy.made() > 1 || fault.type === 'slow');
        });

      it('stalls for a while: what was held up comes, and nothing is said', async () => {
        const { server, proxy, says, agrees } = await watching();
        proxy.strike({ type: 'stall', after: 0 });
        server.put('a', 'held up');
        server.put('c', 'held up');
        proxy.release();
        await says(...first, 'apply a', 'apply c');
        await agrees();
      });
    });

    it('a slow reader: the server never waits for it, and it misses nothing', async () => {
      const busy = () => {
        const until = performance.now() + 5;
        while (performance.now() < until);
      };
      const { server, words, agrees } = await watching({
        onEvent: ({ type }) => {
          if (type === 'apply') busy();
        },
      });
      for (let round = 0; round < 100; round += 1) server.put(`thing-${round % 10}`, 'x'.repeat(10_000));
      await agrees();
      assert.ok(!words().some((word) => word.startsWith('lost')));
      assert.equal(words().filter((word) => word.startsWith('apply')).length, 100);
    });

    it('bookmark-only hours: no list, and the watch goes on from the last bookmark', async () => {
      const { server, proxy, requests, says, time, puzzles } = await watching();
      const hour = async () => {
        for (let watches = 0; watches < 15; watches += 1) {
          for (let minutes = 0; minutes < 3; minutes += 1) {
            time.advance(60_000);
            server.turn();
            const object = { metadata: { resourceVersion: server.version() } };
            const marks = puzzles.length;
            proxy.strike(inserted(aChunk(line({ type: 'BOOKMARK', object }) + line({ type: 'MARK', object }))));
            await eventually(() => assert.ok(puzzles.length > marks), { every: 1 });
          }
          time.advance(60_000);
          const marks = puzzles.length;
          const mark = aChunk(line({ type: 'MARK', object: {} }));
          proxy.strike({ type: 'insert', on: 'watch=true', after: watchTaken, text: mark });
          server.endWatches();
          await eventually(() => assert.ok(puzzles.length > marks), { every: 1 });
          assert.equal(requests().at(-1), `watch ${server.version()}`);
        }
      };
      for (let hours = 0; hours < 4; hours += 1) await hour();
      await says(...first);
      assert.equal(proxy.made(), 1);
    });

    it('10,000 objects: all of them, and then each change', async () => {
      const names = Array.from({ length: 10_000 }, (_, index) => `thing-${String(index).padStart(5, '0')}`);
      const { server, agrees, words, endsWith } = await start({ things: names });
      await agrees();
      assert.equal(words().length, 10_002);
      server.put('thing-05000', 'changed');
      await endsWith(['init-done', 'apply thing-05000']);
    });
  });
