import assert from 'node:assert/strict';
import { defer, NEVER, of, throwError, VirtualTimeScheduler, type ObservableInput } from 'rxjs';
import { delay } from 'rxjs/operators';
import type { LeaseRecord } from '../../../src/kube/lease/lease-claim.ts';
import { leaderElection } from '../../../src/kube/lease/lease.ts';

/** A Lease in memory, in virtual time: requests take `latency`, and `broken` says what happens to them instead. */
const createLease = (scheduler: VirtualTimeScheduler) => {
  const lease = {
    record: undefined as LeaseRecord | undefined,
    version: 0,
    latency: 10,
    broken: undefined as ObservableInput<never> | undefined,
  };
  const ask = <T>(answer: () => T): ObservableInput<T> =>
    defer(() => lease.broken ?? defer(() => of(answer())).pipe(delay(lease.latency, scheduler)));
  const store = {
    read: () => ask(() => lease.record),
    write: (record: LeaseRecord) =>
      ask(() => {
        if (record.version !== lease.record?.version) throw new Error('conflict');
        lease.version += 1;
        return (lease.record = { ...record, version: String(lease.version) });
      }),
  };
  return Object.assign(lease, { store });
};

const start = () => {
  const scheduler = new VirtualTimeScheduler();
  const lease = createLease(scheduler);
  const failures: string[] = [];
  const candidate = (identity: string, skew = 0) => {
    const clock = { now: () => scheduler.now() + skew, random: () => 0.5 };
    const seen: string[] = [];
    const onFailure = ({ message }: { message: string }) => failures.push(message);
    const election = leaderElection({ store: lease.store, identity, clock, scheduler, onFailure });
    const subscription = election.subscribe({
      next: (leading) => seen.push(`${scheduler.now()} ${leading}`),
      error: () => assert.fail('it errored'),
      complete: () => assert.fail('it completed'),
    });
    return { seen, end: () => subscription.unsubscribe() };
  };
  const at = (time: number, act: () => void) => scheduler.schedule(act, time - scheduler.now());
  const runUntil = (time: number) => {
    scheduler.maxFrames = time;
    scheduler.flush();
  };
  return { lease, failures, candidate, at, runUntil };
};

describe('leaderElection', () => {
  it('leads when nobody else does, and stays', () => {
    const { lease, candidate, runUntil } = start();
    const { seen } = candidate('a');
    runUntil(600_000);
    assert.deepEqual(seen, ['0 false', '20 true']);
    assert.equal(lease.record?.transitions, 0);
    assert.ok(lease.record.renewedAt > 590_000);
  });

  it('gives way to a leader whose clock is an hour off', () => {
    const { candidate, runUntil } = start();
    const first = candidate('a', -3_600_000);
    const second = candidate('b');
    runUntil(600_000);
    assert.deepEqual([first.seen, second.seen], [['0 false', '20 true'], ['0 false']]);
  });

  it('follows within a few seconds a leader that has stopped in good order', () => {
    const { lease, candidate, at, runUntil } = start();
    const first = candidate('a');
    const second = candidate('b');
    at(60_000, first.end);
    runUntil(120_000);
    assert.deepEqual(first.seen, ['0 false', '20 true']);
    const [, led] = second.seen;
    assert.ok(Number(led?.split(' ')[0]) < 65_000, led);
    assert.equal(lease.record?.holder, 'b');
    assert.equal(lease.record.transitions, 1);
  });

  it('releases also when it is ended in the middle of a write', () => {
    const { lease, candidate, at, runUntil } = start();
    const { end, seen } = candidate('a');
    at(15, end);
    runUntil(10_000);
    assert.deepEqual(seen, ['0 false']);
    assert.deepEqual([lease.record?.holder, lease.record?.durationSeconds], ['', 1]);
  });

  it('leaves the Lease of another alone when it ends', () => {
    const { lease, candidate, at, runUntil } = start();
    candidate('a');
    const second = candidate('b');
    at(30_000, second.end);
    runUntil(60_000);
    assert.equal(lease.record?.holder, 'a');
  });

  for (const [how, broken] of [
    ['fail', throwError(() => new Error('no route to host'))],
    ['hang', NEVER],
  ] as const)
    it(`stops leading ten seconds after the last renewal when requests ${how}`, () => {
      const { lease, candidate, at, runUntil } = start();
      const { seen } = candidate('a');
      let renewed = 0;
      at(60_000, () => {
        renewed = lease.record!.renewedAt;
        lease.broken = broken;
      });
      runUntil(120_000);
      const [time, leading] = seen[2]!.split(' ');
      assert.equal(leading, 'false');
      assert.ok(Number(time) <= renewed + 10_000 && Number(time) > renewed + 9_900, `${String(time)} ${renewed}`);
      assert.equal(seen.length, 3);
    });

  it('survives a short failure without a change, and says what failed', () => {
    const { lease, candidate, failures, at, runUntil } = start();
    const { seen } = candidate('a');
    at(60_000, () => (lease.broken = throwError(() => new Error('no route to host'))));
    at(66_000, () => (lease.broken = undefined));
    runUntil(120_000);
    assert.deepEqual(seen, ['0 false', '20 true']);
    assert.match(failures[0]!, /no route to host/);
  });

  it('never has two leaders, whoever is cut off from the Lease', () => {
    const { lease, candidate, at, runUntil } = start();
    const first = candidate('a');
    const second = candidate('b', 7_000);
    for (let time = 30_000; time < 3_000_000; time += 47_000) {
      at(time, () => (lease.broken = throwError(() => new Error('down'))));
      at(time + (time % 31_000), () => (lease.broken = undefined));
    }
    runUntil(3_100_000);
    const changes = [...first.seen.map((line) => `${line} a`), ...second.seen.map((line) => `${line} b`)]
      .map((line) => line.split(' '))
      .sort(([a], [b]) => Number(a) - Number(b));
    const leading = new Set<string>();
    for (const [, isLeading, who = ''] of changes) {
      if (isLeading === 'true') leading.add(who);
      else leading.delete(who);
      assert.ok(leading.size < 2);
    }
    assert.ok(changes.length > 20);
  });
});
