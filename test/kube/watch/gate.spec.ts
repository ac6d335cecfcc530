import assert from 'node:assert/strict';
import { createGate } from '../../../src/kube/watch/gate.ts';
import { settled } from '../../support/let-pass.ts';
import { virtualTime } from '../../support/virtual-time.ts';

describe('a gate', () => {
  const start = () => {
    const time = virtualTime();
    const gate = createGate(2, time.scheduler);
    const inside: string[] = [];
    const enter = (name: string, signal = new AbortController().signal) => {
      const leaving = gate.enter(signal).then((leave) => {
        inside.push(name);
        return leave;
      });
      return { leave: async () => (await leaving)(), leaving };
    };
    return { time, inside, enter };
  };

  it('lets so many in at a time, in the order in which they came', async () => {
    const { inside, enter } = start();
    const [a] = ['a', 'b', 'c', 'd'].map((name) => enter(name));
    await settled();
    assert.deepEqual(inside, ['a', 'b']);
    await a?.leave();
    await settled();
    assert.deepEqual(inside, ['a', 'b', 'c']);
  });

  it('counts a way out once', async () => {
    const { inside, enter } = start();
    const [a] = ['a', 'b', 'c', 'd'].map((name) => enter(name));
    await a?.leave();
    await a?.leave();
    await settled();
    assert.deepEqual(inside, ['a', 'b', 'c']);
  });

  it('does not wait for who is slow, and keeps no timer for who has left', async () => {
    const { time, inside, enter } = start();
    const [a, b] = ['a', 'b', 'c', 'd', 'e'].map((name) => enter(name));
    await b?.leave();
    await settled();
    time.advance(4_999);
    assert.deepEqual(inside, ['a', 'b', 'c']);
    time.advance(1);
    await settled();
    assert.deepEqual(inside, ['a', 'b', 'c', 'd', 'e']);
    await a?.leave();
    await settled();
    assert.equal(time.scheduler.actions.filter(({ closed }) => !closed).length, 2);
  });

  it('forgets who does not wait any longer', async () => {
    const { inside, enter } = start();
    const ending = new AbortController();
    const [a] = [enter('a'), enter('b')];
    const gone = enter('gone', ending.signal);
    enter('c');
    ending.abort();
    await assert.rejects(gone.leaving);
    await a.leave();
    await settled();
    assert.deepEqual(inside, ['a', 'b', 'c']);
  });
});
