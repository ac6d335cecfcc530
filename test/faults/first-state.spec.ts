import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { faultTable, first, refusal, things } from '../support/fault-table.ts';
import { type Fault } from '../support/fault-proxy.ts';
import { row } from './rows.ts';

faultTable(({ minor, begin, again, start, watching }) => {
  row('connection reset, or the list answers 503', () => {
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

  row('stop while the first list is in flight', () => {
    it('before its first byte: nothing is told, and no connection stays', async () => {
      const { unsubscribe, proxy, requests, time, words } = await start({
        before: ({ next }) => next({ type: 'stall', on: things, after: 0 }),
      });
      await eventually(() => assert.equal(requests().length, 1));
      unsubscribe();
      proxy.release();
      await eventually(() => assert.equal(proxy.open(), 0));
      time.advance(1_000_000);
      assert.deepEqual([requests(), words()], [[begin('')[0]], []]);
    });
  });

  row('removal mid-list', () => {
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
  });

  row('a list in pages', () => {
    if (minor < 34)
      it('paging: what only the newest list can say is read page by page', async () => {
        const names = Array.from({ length: 250 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);
        const { agrees, requests } = await start({ things: names, before: ({ next }) => next(refusal('410 Gone')) });
        await agrees();
        const pages = requests().filter((request) => request.startsWith('list newest'));
        assert.deepEqual(pages, ['list newest', 'list newest next page', 'list newest next page']);
      });
  });

  row('410 at every place', () => {
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

    if (minor < 34)
      for (const page of [2, 3, 4])
        it(`410 of page ${page} of four: one whole list`, async () => {
          const names = Array.from({ length: 350 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);
          const last = `"name":"thing-${String(100 * (page - 1) - 1).padStart(3, '0')}"`;
          const { proxy, server, endsWith, requests, words, time } = await start({
            things: names,
            before: ({ next }) => next(refusal('410 Gone'), { type: 'stall', on: things, after: last }),
          });
          await eventually(() => {
            time.advance(0);
            assert.ok(words().length > 100 * (page - 1) - 2);
          });
          server.turn();
          server.compact();
          proxy.release();
          await endsWith(['init', ...names.map((name) => `init-apply ${name}`), 'init-done']);
          const pages = Array.from({ length: page - 1 }, () => 'list newest next page');
          const asked = ['list newest', ...pages, 'list newest', `watch ${server.version()}`];
          assert.deepEqual(requests().slice(-asked.length), asked);
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
  });

  row('10,000 objects', () => {
    it('10,000 objects: all of them, and then each change', async () => {
      const names = Array.from({ length: 10_000 }, (_, index) => `thing-${String(index).padStart(5, '0')}`);
      const { server, agrees, words, endsWith } = await start({ things: names });
      await agrees();
      assert.equal(words().length, 10_002);
      server.put('thing-05000', 'changed');
      await endsWith(['init-done', 'apply thing-05000']);
    });
  });
});
