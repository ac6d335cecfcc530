import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Subject } from 'rxjs';
import { workqueue, type Run, type WorkqueueMonitor } from '../../src/stream/workqueue.ts';
import { letPass, settled } from '../support/let-pass.ts';
import { virtualTime } from '../support/virtual-time.ts';

interface Work {
  readonly key: string;
  readonly finish: (run?: { readonly again?: number }) => void;
  readonly fail: (error: Error) => void;
}

interface QueueParts {
  readonly concurrency?: number;
  readonly monitor?: WorkqueueMonitor<string>;
  readonly next?: (key: string) => void;
}

/** A queue whose work is finished by hand, in virtual time. */
const aQueue = ({ concurrency = 4, monitor, next }: QueueParts = {}) => {
  const time = virtualTime();
  const keys = new Subject<string>();
  const begun: Work[] = [];
  const seen: string[] = [];
  const work = (key: string): Promise<Run<string>> =>
    new Promise((resolve, reject) => {
      const finish: Work['finish'] = ({ again } = {}) => resolve({ result: key, again });
      begun.push({ key, finish, fail: reject });
    });
  const options = { concurrency, scheduler: time.scheduler, ...(monitor ? { monitor } : {}) };
  const subscription = keys.pipe(workqueue(work, options)).subscribe({
    next: (key) => {
      seen.push(key);
      next?.(key);
    },
    error: (error: unknown) => seen.push(String(error)),
    complete: () => seen.push('complete'),
  });
  const add = (...added: readonly string[]): void => added.forEach((key) => keys.next(key));
  const finish = async (index: number, run?: { readonly again?: number }): Promise<void> => {
    begun[index]!.finish(run);
    await settled();
  };
  const started = (): string => begun.map(({ key }) => key).join('');
  return { time, keys, add, begun, seen, started, finish, subscription };
};

describe('workqueue', () => {
  it('runs a key as it comes', async () => {
    const { add, started, finish, seen } = aQueue();
    add('a');
    assert.equal(started(), 'a');
    assert.deepEqual(seen, []);
    await finish(0);
    assert.deepEqual(seen, ['a']);
  });

  it('runs one key once at a time, and once more for all that came meanwhile', async () => {
    const { add, started, finish } = aQueue();
    add('a', 'a', 'a', 'a');
    assert.equal(started(), 'a');
    await finish(0);
    assert.equal(started(), 'aa');
    await finish(1);
    assert.equal(started(), 'aa');
  });

  it('folds keys that wait for their turn, in the order in which they first came', async () => {
    const { add, started, finish } = aQueue({ concurrency: 1 });
    add('a', 'b', 'c', 'b', 'c', 'b');
    await finish(0);
    await finish(1);
    await finish(2);
    assert.equal(started(), 'abc');
  });

  it('runs no more than its concurrency at once', async () => {
    const { add, started, finish } = aQueue({ concurrency: 2 });
    add('a', 'b', 'c', 'd');
    assert.equal(started(), 'ab');
    await finish(1);
    assert.equal(started(), 'abc');
    await finish(0);
    assert.equal(started(), 'abcd');
  });

  it('lets a key that is always dirty starve no other', async () => {
    const { add, started, finish } = aQueue({ concurrency: 1 });
    add('a', 'b', 'a');
    await finish(0);
    assert.equal(started(), 'ab');
    await finish(1);
    assert.equal(started(), 'aba');
  });

  it('runs a key again when it asked to, and not before', async () => {
    const { add, time, started, finish } = aQueue();
    add('a');
    await finish(0, { again: 5000 });
    await letPass(time, 4999);
    assert.equal(started(), 'a');
    await letPass(time, 1);
    assert.equal(started(), 'aa');
    await finish(1);
    await letPass(time, 60_000);
    assert.equal(started(), 'aa');
  });

  it('lets a fresh key beat a retry, which then is not made', async () => {
    const { add, time, started, finish } = aQueue();
    add('a');
    await finish(0, { again: 5000 });
    add('a');
    assert.equal(started(), 'aa');
    await finish(1);
    await letPass(time, 60_000);
    assert.equal(started(), 'aa');
  });

  it('needs no retry when the key came while it ran', async () => {
    const { add, time, started, finish } = aQueue();
    add('a', 'a');
    await finish(0, { again: 5000 });
    assert.equal(started(), 'aa');
    await finish(1);
    await letPass(time, 60_000);
    assert.equal(started(), 'aa');
  });

  it('takes a retry of the past as one of now, and one of next month as one of tomorrow', async () => {
    const { add, time, started, finish } = aQueue();
    add('a');
    await finish(0, { again: -1 });
    await letPass(time, 0);
    assert.equal(started(), 'aa');
    await finish(1, { again: 2 ** 40 });
    await letPass(time, 24 * 3_600_000);
    assert.equal(started(), 'aaa');
  });

  it('folds a retry into the turn for which its key waits', async () => {
    const { add, time, started, finish } = aQueue({ concurrency: 1 });
    add('a');
    await finish(0, { again: 5000 });
    add('b', 'a');
    await letPass(time, 5000);
    await finish(1);
    assert.equal(started(), 'aba');
    await finish(2);
    await letPass(time, 60_000);
    assert.equal(started(), 'aba');
  });

  it('begins nothing and keeps no timer when it is unsubscribed', async () => {
    const { add, time, started, seen, finish, keys, subscription } = aQueue({ concurrency: 2 });
    add('a', 'b');
    await finish(0, { again: 5000 });
    add('c', 'd');
    subscription.unsubscribe();
    await finish(1);
    await letPass(time, 60_000);
    assert.equal(started(), 'abc');
    assert.deepEqual(seen, ['a']);
    assert.equal(keys.observed, false);
  });

  it('begins nothing when it is unsubscribed by what comes out of it', async () => {
    const { add, started, finish, subscription } = aQueue({ concurrency: 1, next: () => subscription.unsubscribe() });
    add('a', 'b', 'a');
    await finish(0, { again: 1 });
    assert.equal(started(), 'a');
  });

  it('lets no timer escape when what comes out of it goes in again', async () => {
    let times = 0;
    const again = (key: string): void => {
      if (times++ === 0) add(key);
    };
    const { add, time, started, finish, subscription } = aQueue({ next: again });
    add('a');
    await finish(0, { again: 1000 });
    assert.equal(started(), 'aa');
    await finish(1, { again: 2000 });
    subscription.unsubscribe();
    await letPass(time, 60_000);
    assert.equal(started(), 'aa');
  });

  it('completes with the last that runs, and begins nothing any more', async () => {
    const { add, time, keys, started, seen, finish } = aQueue({ concurrency: 1 });
    add('a', 'b', 'a');
    keys.complete();
    assert.deepEqual(seen, []);
    await finish(0, { again: 10 });
    await letPass(time, 60_000);
    assert.deepEqual([started(), seen], ['a', ['a', 'complete']]);
  });

  it('completes at once when nothing runs', () => {
    const { keys, seen } = aQueue();
    keys.complete();
    assert.deepEqual(seen, ['complete']);
  });

  it('hands on an error of its source and of its work', async () => {
    const broken = aQueue();
    broken.keys.error(new Error('source'));
    assert.deepEqual(broken.seen, ['Error: source']);
    const { add, begun, seen, finish } = aQueue();
    add('a', 'b');
    begun[0]!.fail(new Error('work'));
    await settled();
    await finish(1);
    assert.deepEqual(seen, ['Error: work']);
  });

  it('tells its monitor how many wait', async () => {
    const told: string[] = [];
    const monitor: WorkqueueMonitor<string> = {
      added: (key, depth) => told.push(`+${key}${depth}`),
      started: (key, depth) => told.push(`>${key}${depth}`),
      finished: (key) => told.push(`.${key}`),
    };
    const { add, finish } = aQueue({ concurrency: 1, monitor });
    add('a', 'b', 'c', 'b');
    await finish(0);
    await finish(1);
    await finish(2);
    assert.equal(told.join(' '), '+a1 >a0 +b1 +c2 +b2 .a >b1 .b >c0 .c');
  });

  type Command =
    | { readonly add: string }
    | { readonly finish: number; readonly again: number | undefined }
    | { readonly pass: number };
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ add: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ finish: fc.nat(5), again: fc.constantFrom(undefined, 0, 5) }),
    fc.record({ pass: fc.constantFrom(1, 5, 10) }),
  );

  it('runs after whatever was added, one at a time for a key and never too many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (commands, concurrency) => {
          const { add, begun, time, finish } = aQueue({ concurrency });
          const ended = new Set<number>();
          const owed = new Set<string>();
          let known = 0;
          const check = (): void => {
            for (; known < begun.length; known++) owed.delete(begun[known]!.key);
            const running = begun.filter((_, index) => !ended.has(index)).map(({ key }) => key);
            assert.equal(new Set(running).size, running.length, `${running.join(' ')} run at once`);
            assert.ok(running.length <= concurrency);
          };
          const end = async (index: number, again?: number): Promise<void> => {
            if (index < 0 || index >= begun.length || ended.has(index)) return;
            ended.add(index);
            await finish(index, again === undefined ? {} : { again });
          };
          for (const next of commands) {
            if ('add' in next) owed.add(next.add);
            if ('add' in next) add(next.add);
            else if ('finish' in next) await end(begun.length - 1 - next.finish, next.again);
            else await letPass(time, next.pass);
            check();
          }
          for (let index = 0; index < begun.length; index++) await end(index);
          check();
          assert.deepEqual([...owed], []);
        },
      ),
      { numRuns: 150 },
    );
  });
});
