import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { FailureError } from '../../src/model/failure.ts';
import { capacity, createOutbox } from '../../src/voice/outbox.ts';
import { aFailure, minutes, seconds, start } from '../support/builders.ts';
import { virtualTime } from '../support/virtual-time.ts';

type Answer = 'taken' | 'hangs' | 'fails' | 'refuses';

const anOutbox = (answer: (item: number, at: number) => Answer) => {
  const { clock, scheduler, advance } = virtualTime({ start });
  const tries: { readonly item: number; readonly at: number }[] = [];
  const lost: string[] = [];
  let sent = 0;
  let aborted = 0;
  const outbox = createOutbox<number>({
    clock,
    scheduler,
    send: (item, signal) => {
      tries.push({ item, at: clock.now() });
      const said = answer(item, clock.now());
      if (said === 'taken') return Promise.resolve();
      if (said === 'hangs') {
        signal.addEventListener('abort', () => (aborted += 1));
        return new Promise(() => undefined);
      }
      return Promise.reject(new FailureError(aFailure({ remedy: said === 'refuses' ? 'give-up' : 'retry' })));
    },
    onSent: () => (sent += 1),
    onLost: (loss, why) => lost.push(why ? `${loss}: ${why.message}` : loss),
  });
  /** Time passes in small steps, and what is promised is kept in each. */
  const pass = async (milliseconds: number): Promise<void> => {
    for (let left = milliseconds; left > 0; left -= 250) {
      await setImmediate();
      advance(Math.min(250, left));
    }
    await setImmediate();
  };
  const offer = (...items: readonly number[]) => items.forEach((item) => outbox.offer(String(item), item));
  return { outbox, offer, pass, tries, lost, now: clock.now, sent: () => sent, aborted: () => aborted };
};

describe('an outbox', () => {
  it('tells in order, one after the other, and each id once', async () => {
    const { offer, pass, tries, sent, outbox } = anOutbox(() => 'taken');
    offer(1, 2, 3, 2);
    await pass(1);
    offer(3, 4);
    await pass(1);
    assert.deepEqual([tries.map(({ item }) => item), sent(), outbox.size()], [[1, 2, 3, 4], 4, 0]);
  });

  it('tries again with growing pauses, up to half a minute, until it is taken', async () => {
    const { offer, pass, tries, lost } = anOutbox((_item, at) => (at < minutes(4) ? 'fails' : 'taken'));
    offer(1);
    await pass(minutes(5) - start);
    const pauses = tries.map(({ at }, index) => at - (tries[index - 1]?.at ?? at));
    // Without chance, half of each pause.
    assert.deepEqual(pauses.slice(0, 8), [0, 250, 500, 1000, 2000, 4000, 8000, 15_000]);
    assert.equal(Math.max(...pauses), 15_000);
    assert.deepEqual(lost, []);
  });

  it('leaves a receiver alone for as long as it asks', async () => {
    const { clock, scheduler, advance } = virtualTime({ start });
    const tries: number[] = [];
    const outbox = createOutbox<number>({
      clock,
      scheduler,
      send: () => {
        tries.push(clock.now());
        return Promise.reject(new FailureError({ ...aFailure(), retryAfter: seconds(90) }));
      },
      onSent: () => undefined,
      onLost: () => undefined,
    });
    outbox.offer('one', 1);
    for (const until of [89, 90]) {
      await setImmediate();
      advance(seconds(until) - clock.now());
    }
    await setImmediate();
    assert.deepEqual(tries, [start, seconds(90)]);
  });

  it('gives up what is refused at once, and goes on', async () => {
    const { offer, pass, tries, lost } = anOutbox((item) => (item === 1 ? 'refuses' : 'taken'));
    offer(1, 2);
    await pass(1);
    assert.deepEqual(
      tries.map(({ item }) => item),
      [1, 2],
    );
    assert.deepEqual(lost, ['refused: connection refused']);
  });

  for (const answer of ['hangs', 'fails'] as const)
    it(`takes at once and stays bounded while the receiver ${answer} for five minutes; then it tells the rest, and what was lost is counted`, async () => {
      const { offer, pass, tries, lost, sent, outbox, aborted, now } = anOutbox((_item, at) =>
        at < minutes(5) ? answer : 'taken',
      );
      let number = 0;
      let most = 0;
      while (now() < minutes(5)) {
        offer(...Array.from({ length: 10 }, () => number++));
        most = Math.max(most, outbox.size());
        await pass(1000);
      }
      assert.equal(most, capacity + 1);
      assert.ok(tries.length < 100, `${tries.length} tries`);
      assert.ok(answer === 'fails' || aborted() > 15, `${aborted()} requests were ended`);
      await pass(60_000);
      assert.equal(outbox.size(), 0);
      assert.deepEqual(new Set(lost), new Set(['overflow']));
      assert.deepEqual([lost.length + sent(), sent()], [number, capacity + 1]);
    });

  it('tells no old news: what could not be told for ten minutes is lost', async () => {
    const { offer, pass, lost, outbox } = anOutbox((_item, at) => (at < minutes(11) ? 'fails' : 'taken'));
    offer(1, 2);
    await pass(minutes(9) - start);
    offer(3);
    await pass(3 * 60_000);
    assert.deepEqual([lost, outbox.size()], [['expired', 'expired'], 0]);
  });

  it('tells what is left when it is closed, also out of a pause', async () => {
    const { offer, pass, outbox, lost, sent } = anOutbox((_item, at) => (at < seconds(1) ? 'fails' : 'taken'));
    offer(1, 2, 3);
    await pass(1000);
    const closed = outbox.close(2000);
    await pass(1);
    await closed;
    assert.deepEqual([sent(), lost], [3, []]);
    offer(4);
    await pass(1000);
    assert.equal(sent(), 3);
  });

  it('does not wait longer than it may when it is closed, and counts what is left', async () => {
    const { offer, pass, outbox, lost } = anOutbox(() => 'hangs');
    offer(1, 2, 3);
    await pass(100);
    const closed = outbox.close(2000);
    await pass(2000);
    await closed;
    assert.deepEqual(lost, ['shutdown', 'shutdown', 'shutdown']);
  });
});
