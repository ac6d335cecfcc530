import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { faultTable, first, inserted, line } from '../support/fault-table.ts';
import { aChunk, lastChunk, watchTaken, type Fault } from '../support/fault-proxy.ts';
import { startPlainApiServer } from '../support/start-plain-api-server.ts';
import { row } from './rows.ts';

faultTable(({ minor, begin, ends, watching }) => {
  row('a restart of the API server', () => {
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
  });

  row('a compaction', () => {
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
  });

  row('a restore from a backup', () => {
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
  });

  row('a server that never sends bookmarks', () => {
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

  row('bookmark-only hours', () => {
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
  });
});
