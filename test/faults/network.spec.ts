import assert from 'node:assert/strict';
import { faultTable, first, things } from '../support/fault-table.ts';
import { type Fault } from '../support/fault-proxy.ts';
import { row } from './rows.ts';

faultTable(({ start, watching }) => {
  row('a network that', () => {
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

  row('a slow reader', () => {
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
  });
});
