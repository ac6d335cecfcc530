import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { Outcome, Promotion } from '../../src/model/action.ts';
import { hostSlots } from '../../src/sinks/host-slots.ts';
import { aPromotion } from '../support/a-promotion.ts';

const promotionOf = (name: string): Promotion => ({
  ...aPromotion('https://git.example/org/config', 'github'),
  pipeline: `apps/${name}`,
});

/** Slots at which work is begun by name, and ended by hand. */
const atHand = (limit: number) => {
  const turns: string[] = [];
  const underWay = new Map<string, { readonly end: () => void; readonly fail: (error: Error) => void }>();
  const slots = hostSlots({
    limit,
    patience: 10_000,
    clock: { now: () => 1_000 },
    onTurn: ({ pipeline }) => turns.push(pipeline),
  });
  return {
    turns,
    underWay,
    begin: (name: string, host = 'git.example') =>
      slots(
        host,
        promotionOf(name),
        () =>
          new Promise<Outcome>((resolve, reject) => {
            const end = () => resolve({ type: 'nothing-to-change', promotion: promotionOf(name) });
            underWay.set(name, { end, fail: reject });
          }),
      ),
  };
};

describe('sinks/host-slots', () => {
  it('lets so much be under way with a host, and answers the rest at once', async () => {
    const { begin, underWay } = atHand(2);
    void begin('first');
    void begin('second');
    assert.deepEqual(await begin('third'), {
      type: 'turn-pending',
      promotion: promotionOf('third'),
      host: 'git.example',
      until: 11_000,
    });
    assert.deepEqual([...underWay.keys()], ['first', 'second']);
    void begin('other', 'other.example');
    assert.ok(underWay.has('other'), 'another host has slots of its own');
  });

  it('says whose turn has come, one for each slot that is freed, in the order in which they came', async () => {
    const { begin, underWay, turns } = atHand(2);
    const under = [begin('first'), begin('second')];
    for (const name of ['third', 'fourth', 'third', 'fifth']) await begin(name);
    underWay.get('second')?.end();
    await under[1];
    await turn();
    assert.deepEqual(turns, ['apps/third']);
    void begin('third');
    assert.ok(underWay.has('third'), 'its turn has come');
    underWay.get('first')?.end();
    await under[0];
    await turn();
    assert.deepEqual(turns, ['apps/third', 'apps/fourth']);
  });

  it('frees a slot after a failure', async () => {
    const { begin, underWay, turns } = atHand(1);
    const failing = begin('first');
    await begin('second');
    underWay.get('first')?.fail(new Error('no'));
    await assert.rejects(failing, /^Error: no$/);
    await turn();
    assert.deepEqual(turns, ['apps/second']);
  });

  it('says it only once whoever waits has been told so', async () => {
    const { begin, underWay, turns } = atHand(1);
    const first = begin('first');
    const told: string[] = [];
    const second = begin('second').then(() => told.push(`waits, ${turns.length} turns`));
    underWay.get('first')?.end();
    await Promise.all([first, second]);
    assert.deepEqual(told, ['waits, 0 turns']);
    await turn();
    assert.deepEqual(turns, ['apps/second']);
  });
});
