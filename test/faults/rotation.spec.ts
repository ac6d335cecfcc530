import assert from 'node:assert/strict';
import { faultTable, first, things } from '../support/fault-table.ts';
import { row } from './rows.ts';

faultTable(({ start, watching, begin, again }) => {
  row('rotation mid-stream', () => {
    it('in the middle of a line: it comes whole, once, and nothing is listed again', async () => {
      const { server, proxy, rotate, says, requests, agrees } = await watching();
      const seen = server.version();
      proxy.strike({ type: 'stall', after: '{"type":"MODIFIED","obj' });
      server.put('a', 'torn');
      rotate('second');
      server.put('b', 'after');
      await says(...first, 'apply a', 'apply b');
      await agrees();
      assert.deepEqual(requests(), [...begin(seen), `watch ${seen}`]);
    });

    it('in the middle of the first state: it is asked for again, and nothing is lost', async () => {
      const { rotate, says, words, agrees, requests } = await start({
        before: ({ next }) => next({ type: 'stall', on: things, after: '"name":"a"' }),
      });
      await says('init');
      rotate('second');
      await agrees();
      assert.ok(!words().some((word) => word.startsWith('lost')));
      assert.equal(requests().filter((request) => request.startsWith(again)).length, 2);
    });

    it('twenty times between changes: each is told once', async () => {
      const { server, rotate, endsWith, words, agrees } = await watching();
      for (let round = 0; round < 20; round += 1) {
        server.put('a', `before ${round}`);
        rotate(`token ${round}`);
        server.put('b', `after ${round}`);
        await endsWith(['apply a', 'apply b']);
      }
      await agrees();
      assert.equal(words().length, first.length + 40);
    });

    it('late: a token that is not taken any more is told, and the new one ends that at once', async () => {
      const { server, rotate, endsWith, requests, agrees } = await watching();
      const seen = server.version();
      server.accept('second');
      server.cutWatches();
      await endsWith(['lost StreamBroken', 'lost Unauthorized']);
      server.put('a', 'unseen');
      rotate('second');
      await endsWith(['lost Unauthorized', 'apply a']);
      await agrees(500);
      assert.ok(
        requests()
          .slice(begin(seen).length)
          .every((request) => request === `watch ${seen}`),
      );
    });
  });
});
