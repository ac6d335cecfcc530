import assert from 'node:assert/strict';
import { FailureError } from '../../src/model/failure.ts';
import { hostSlots, type HostSlots } from '../../src/sinks/host-slots.ts';
import { virtualTime, type VirtualTime } from '../support/virtual-time.ts';

/** How long a forge is silent before it is given up; milliseconds. */
const silence = 30_000;

describe('sinks/host-slots', () => {
  let time: VirtualTime;
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => void time.scheduler.schedule(() => resolve(), milliseconds));
  /** Lets time pass in small steps, and whatever was promised happen in between. */
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 50) {
      time.advance(50);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
  };
  beforeEach(() => {
    time = virtualTime();
  });

  /** A controller with four slots that works off a queue: 20 promotions on a forge that hangs, and among them 20 on one that answers in 100 ms. */
  const workOff = async (slots: HostSlots) => {
    const queue = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'hangs' : 'answers'));
    const healthy: number[] = [];
    const worker = async () => {
      for (let host = queue.shift(); host !== undefined; host = queue.shift()) {
        const here = host;
        const duration = here === 'hangs' ? silence : 100;
        await slots(here, () => sleep(duration)).catch((error: unknown) => assert.ok(error instanceof FailureError));
        if (here === 'answers') healthy.push(time.clock.now());
      }
    };
    const done = Promise.all([worker(), worker(), worker(), worker()]);
    await pass(200_000);
    await done;
    assert.equal(healthy.length, 20);
    return Math.max(...healthy);
  };

  it('keeps a forge that hangs from holding up the promotions of others', async () => {
    const unbounded = await workOff((_, work) => work());
    time = virtualTime();
    const bounded = await workOff(hostSlots({ limit: 2, patience: 2000, scheduler: time.scheduler }));
    assert.ok(unbounded > 100_000, `${unbounded} ms without slots`);
    assert.ok(bounded < 5000, `${bounded} ms with slots`);
  });

  it('has work wait its turn at a host that answers, in order', async () => {
    const slots = hostSlots({ limit: 2, patience: 2000, scheduler: time.scheduler });
    const ended: number[] = [];
    const all = Promise.all(
      [1, 2, 3, 4, 5].map((number) => slots('host', () => sleep(500).then(() => void ended.push(number)))),
    );
    await pass(1500);
    await all;
    assert.deepEqual(ended, [1, 2, 3, 4, 5]);
  });

  it('says what it is about, and when to come back', async () => {
    const slots = hostSlots({ limit: 1, patience: 2000, scheduler: time.scheduler });
    void slots('git.example', () => sleep(silence));
    const refused = slots('git.example', () => Promise.resolve()).then(
      () => assert.fail('it was let in'),
      (error: unknown) => error,
    );
    await pass(2000);
    const error = await refused;
    assert.ok(error instanceof FailureError);
    const { remedy, reason, message, retryAfter } = error.failure;
    assert.deepEqual([remedy, reason, retryAfter], ['retry', 'ForgeBusy', 12_000]);
    assert.match(message, /git\.example is slow/);
    assert.equal(await slots('other.example', () => Promise.resolve('in')), 'in');
  });

  it('frees a slot after a failure', async () => {
    const slots = hostSlots({ limit: 1, patience: 2000, scheduler: time.scheduler });
    await assert.rejects(slots('host', () => Promise.reject(new Error('no'))));
    assert.equal(await slots('host', () => Promise.resolve('in')), 'in');
  });
});
