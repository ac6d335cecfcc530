import assert from 'node:assert/strict';
import { createGate, type Gate } from '../../src/kube/watch/gate.ts';
import { faultTable, first, line, things } from '../support/fault-table.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { row } from './rows.ts';

const ok = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n';
const object = (size: number): string =>
  JSON.stringify({ metadata: { name: 'x', uid: 'x', resourceVersion: '1' }, data: { is: 'x'.repeat(size) } });

/** A first state that never ends: objects of about so many bytes. */
const endlessState = (again: 'list' | 'stream', size: number): Fault => ({
  type: 'endless',
  on: things,
  after: 0,
  ...(again === 'list'
    ? { head: `${ok}{"items":[${object(size)}`, text: `,${object(size)}` }
    : { head: ok, text: line({ type: 'ADDED', object: JSON.parse(object(size)) as unknown }) }),
});

faultTable(({ start, watching, again, minor }) => {
  row('a server that sends without end', () => {
    it('100 MB of a first state: not read to its end, but asked for in pages', async () => {
      const { words, requests, agrees } = await start({
        before: ({ next }) => next(endlessState(again, 64 * 1024)),
      });
      await agrees(1_000);
      assert.ok(words().includes('lost TooMuch'));
      assert.equal(requests()[1], 'list newest');
    });

    it('objects of a first state: not read to its end, and asked for again half a minute later', async () => {
      const { endsWith, requests, time, agrees } = await start({
        before: ({ next }) => next(endlessState(again, 1)),
      });
      await endsWith(['lost TooMuch']);
      await eventually(() => {
        const due = time.scheduler.actions.filter(({ closed }) => !closed).map(({ delay }) => delay);
        assert.deepEqual(due, [time.scheduler.frame + 30_000]);
      });
      assert.equal(requests().length, 1);
      await agrees(1_000);
    });

    it('an object of 9 MiB in the first state', async () => {
      const head = again === 'list' ? '{"items":[{"x":"' : '{"type":"ADDED","object":{"x":"';
      const { endsWith, agrees } = await start({
        before: ({ next }) =>
          next({ type: 'endless', on: things, after: 0, head: ok + head, text: 'x'.repeat(64 * 1024) }),
      });
      await endsWith(['lost StreamBroken']);
      await agrees(500);
    });

    it('a line of 9 MiB of a watch: what comes after it is not missed', async () => {
      const { server, proxy, endsWith, agrees } = await watching();
      const head = 'fffffff\r\n{"type":"ADDED","object":{"x":"';
      proxy.strike({ type: 'endless', after: 0, head, text: 'x'.repeat(64 * 1024) });
      server.put('a', 'unseen');
      await endsWith(['lost StreamBroken', 'apply a']);
      await agrees(500);
    });

    if (minor < 34)
      it('pages of a list: a thousand, and no more', async () => {
        const page = '{"items":[],"metadata":{"resourceVersion":"7","continue":"x"}}';
        const { endsWith, proxy, agrees } = await start({
          before: ({ each }) => each(() => ({ type: 'insert', on: things, after: 0, text: ok + page, ends: true })),
        });
        await endsWith(['lost TooMuch']);
        // Each page is a connection here; one more asked for the version.
        assert.ok(proxy.made() >= 1000 && proxy.made() <= 1002, `${proxy.made()} connections`);
        proxy.each(() => undefined);
        await agrees(1_000);
      });
  });

  row('a dead cluster', () => {
    it('delays nobody for more than five seconds', async () => {
      const { scheduler, advance } = virtualTime();
      const door = createGate(2, scheduler);
      let before = 0;
      const gate: Gate = {
        enter: (signal) => {
          before += 1;
          return door.enter(signal);
        },
      };
      const dead: Fault = { type: 'stall', on: things, after: 0 };
      const limits = { connect: 60_000, firstByte: 60_000 };
      for (let count = 0; count < 2; count += 1) {
        const { requests } = await start({ gate, limits, before: ({ next }) => next(dead) });
        await eventually(() => assert.equal(requests().length, 1));
      }
      const { requests, says } = await start({ gate });
      await eventually(() => assert.equal(before, 3));
      advance(4_999);
      await says();
      assert.deepEqual(requests(), []);
      advance(1);
      await says(...first);
    });

    it('takes nothing from one that lives', async () => {
      const dead = await watching();
      const live = await watching();
      dead.proxy.strike({ type: 'half-open', after: 0 });
      for (let round = 0; round < 10; round += 1) {
        live.server.put('a', `round ${round}`);
        await live.endsWith(['apply a']);
        dead.time.advance(20_000);
      }
      await live.says(...first, ...Array.from({ length: 10 }, () => 'apply a'));
    });
  });
});
