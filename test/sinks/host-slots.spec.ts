import assert from 'node:assert/strict';
import type { Outcome, Promotion } from '../../src/model/action.ts';
import { hostSlots } from '../../src/sinks/host-slots.ts';
import { aPromotion } from '../support/a-promotion.ts';
import { settled } from '../support/let-pass.ts';
import { virtualTime } from '../support/virtual-time.ts';

const grace = 5_000;
const patience = 10_000;

const promotionOf = (name: string): Promotion => ({
  ...aPromotion('https://git.example/org/config', 'github'),
  pipeline: `apps/${name}`,
});

const keyOf = (name: string) => promotionOf(name).pipeline;

/** Slots at which work is begun by name, and ended by hand. */
const atHand = (limit: number) => {
  const time = virtualTime({ start: 1_000 });
  const turns: string[] = [];
  const underWay = new Map<string, { readonly end: () => void; readonly fail: (error: Error) => void }>();
  const slots = hostSlots({
    limit,
    ...{ patience, grace, clock: time.clock },
    later: (run, delay) => time.scheduler.schedule(run, delay),
    onTurn: ({ pipeline }) => turns.push(pipeline),
  });
  return {
    turns,
    underWay,
    /** Ends what is under way by a name, and lets the next be called. */
    end: async (name: string) => {
      underWay.get(name)?.end();
      underWay.delete(name);
      await settled();
    },
    passes: async (milliseconds: number) => {
      time.advance(milliseconds);
      await settled();
    },
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
    await settled();
    assert.deepEqual(turns, ['apps/third']);
    void begin('third');
    assert.ok(underWay.has('third'), 'its turn has come');
    underWay.get('first')?.end();
    await under[0];
    await settled();
    assert.deepEqual(turns, ['apps/third', 'apps/fourth']);
  });

  it('frees a slot after a failure', async () => {
    const { begin, underWay, turns } = atHand(1);
    const failing = begin('first');
    await begin('second');
    underWay.get('first')?.fail(new Error('no'));
    await assert.rejects(failing, /^Error: no$/);
    await settled();
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
    await settled();
    assert.deepEqual(turns, ['apps/second']);
  });

  it('keeps a slot for whoever is called: nobody who comes after it is before it', async () => {
    const { begin, end, underWay } = atHand(1);
    void begin('first');
    await begin('second');
    await end('first');
    for (const name of ['newcomer', 'another'])
      assert.equal((await begin(name)).type, 'turn-pending', `${name} waits for the second, which was called`);
    void begin('second');
    assert.ok(underWay.has('second'));
  });

  it('calls the next where whoever is called does not come in time', async () => {
    const { begin, end, underWay, turns, passes } = atHand(1);
    void begin('first');
    for (const name of ['gone', 'third']) await begin(name);
    await end('first');
    await passes(grace - 1);
    assert.deepEqual(turns, ['apps/gone']);
    await passes(1);
    assert.deepEqual(turns, ['apps/gone', 'apps/third']);
    void begin('third');
    assert.ok(underWay.has('third'));
  });

  it('lets whoever comes late be before those who came after it, and calls those again', async () => {
    const { begin, end, underWay, turns, passes } = atHand(1);
    void begin('first');
    for (const name of ['late', 'third', 'fourth']) await begin(name);
    await end('first');
    await passes(grace);
    void begin('late');
    assert.ok(underWay.has('late'), 'the slot that is kept for the third is taken by whoever waited before it');
    assert.equal((await begin('third')).type, 'turn-pending');
    await end('late');
    assert.deepEqual(turns, ['apps/late', 'apps/third', 'apps/fourth', 'apps/third']);
  });

  it('calls more at once the more do not come, also where very many are gone', async () => {
    const { begin, end, underWay, turns, passes } = atHand(2);
    const first = ['first', 'second'];
    for (const name of first) void begin(name);
    for (let number = 0; number < 1_000; number += 1) await begin(`gone-${number}`);
    await begin('last');
    for (const name of first) await end(name);
    for (let tries = 0; tries < 9; tries += 1) await passes(grace);
    assert.equal(turns.at(-1), 'apps/last', 'after 45 s, and not after 500 times the grace');
    await passes(grace);
    void begin('last');
    assert.ok(underWay.has('last'));
  });

  it('calls one for each free slot again once somebody has come', async () => {
    const { begin, end, turns, passes } = atHand(1);
    void begin('first');
    for (const name of ['gone', 'third', 'gone too', 'fifth', 'sixth']) await begin(name);
    await end('first');
    await passes(grace);
    assert.deepEqual(turns, ['gone', 'third', 'gone too'].map(keyOf));
    void begin('third');
    await passes(grace);
    assert.equal(turns.length, 3, 'nobody is called where no slot is free');
    await end('third');
    assert.deepEqual(turns.slice(3), [keyOf('fifth')]);
    void begin('fifth');
    await end('fifth');
    assert.deepEqual(turns.slice(4), [keyOf('sixth')]);
    await begin('seventh');
    await passes(grace - 1);
    assert.equal(turns.length, 5, 'who has come has not missed its call');
  });

  it('forgets the rank of who has not come, once it would have looked by itself', async () => {
    const { begin, end, underWay, passes } = atHand(1);
    void begin('first');
    await begin('gone');
    await end('first');
    await passes(grace);
    void begin('third');
    await passes(patience);
    await begin('fourth');
    await end('third');
    void begin('gone');
    assert.ok(!underWay.has('gone'), 'the slot is kept for the fourth');
  });

  it('frees all slots once nobody comes any more', async () => {
    const { begin, end, underWay, passes } = atHand(2);
    for (const name of ['first', 'second']) void begin(name);
    for (const name of ['gone', 'gone too', 'gone as well']) await begin(name);
    for (const name of ['first', 'second']) await end(name);
    await passes(grace);
    await passes(grace);
    for (const name of ['third', 'fourth']) void begin(name);
    assert.ok(underWay.has('third') && underWay.has('fourth'));
  });
});
