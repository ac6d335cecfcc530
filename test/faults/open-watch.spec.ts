import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { errorEvent, faultTable, first, inserted, line, things } from '../support/fault-table.ts';
import { aChunk, lastChunk, watchTaken, type Fault } from '../support/fault-proxy.ts';
import { collectUncaught } from '../support/watch-through-faults.ts';
import { row } from './rows.ts';

faultTable(({ begin, again, ends, start, watching }) => {
  row('server closes each watch at once', () => {
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

    it('each is left alone for longer, and after two minutes of health for as short as at first', async () => {
      const { server, proxy, time, words, endsWith } = await watching({ random: 0.5 });
      const timers = () => time.scheduler.actions.filter(({ closed }) => !closed);
      const waits: number[] = [];
      for (const health of [0, 1_000, 110_000, 120_000]) {
        time.advance(health);
        server.put('a', `after ${health}`);
        await endsWith(['apply a']);
        proxy.strike({ type: 'reset', after: 0 });
        await eventually(() => {
          assert.equal(words().at(-1), 'lost StreamBroken');
          assert.equal(timers().length, 1);
        });
        const wait = (timers()[0]?.delay ?? 0) - time.scheduler.frame;
        waits.push(wait);
        time.advance(wait);
        await endsWith(['resumed'], 100);
      }
      assert.deepEqual(waits, [400, 800, 1600, 400]);
    });
  });

  row('quiet healthy watch', () => {
    it('quiet healthy watch: stays for as long as it was asked for, though no bookmark comes', async () => {
      const { says, time, requests, proxy, server } = await watching();
      time.advance(239_000);
      await says(...first);
      assert.deepEqual([requests(), proxy.made()], [begin(server.version()), 1]);
    });
  });

  row('peer accepts and says nothing', () => {
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

  row('ERROR event', () => {
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

  row('a line that does not parse', () => {
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

  row('a reader that throws', () => {
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
  });

  row('connections', () => {
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
  });
});
