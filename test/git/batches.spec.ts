import assert from 'node:assert/strict';
import { batches } from '../../src/git/batches.ts';
import type { Task, TaskOutcome } from '../../src/git/change.ts';
import { FailureError } from '../../src/model/failure.ts';

const access = (url: string, password = 'p') => ({
  url,
  credentials: { username: 'u', password },
  fetch: () => Promise.reject(new Error('not here')),
});
const removal = (branch: string): Task => ({ type: 'remove', branch, base: 'main' });

/** A repository whose batches end when they are told to. */
const scripted = () => {
  const runs: { readonly what: string; readonly end: (outcomes?: readonly TaskOutcome[]) => void }[] = [];
  const add = batches(
    ({ url, credentials }, tasks) =>
      new Promise((resolve) => {
        const all = tasks.map((): TaskOutcome => ({ type: 'done', result: 'removed' }));
        const what = `${url} ${credentials.password}: ${tasks.map(({ branch }) => branch).join(' ')}`;
        runs.push({ what, end: (outcomes = all) => resolve(outcomes) });
      }),
  );
  return { add, runs, told: () => runs.map(({ what }) => what) };
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('git/batches', () => {
  it('does together what is asked for in one breath, and what comes while it is done', async () => {
    const { add, runs, told } = scripted();
    const first = [add(access('r'), removal('a')), add(access('r'), removal('b'))];
    await turn();
    const second = [add(access('r'), removal('c')), add(access('r'), removal('d'))];
    await turn();
    assert.deepEqual(told(), ['r p: a b']);
    runs[0]!.end();
    await Promise.all(first);
    await turn();
    assert.deepEqual(told(), ['r p: a b', 'r p: c d']);
    runs[1]!.end();
    assert.deepEqual(await Promise.all(second), ['removed', 'removed']);
  });

  it('does nothing with the credentials of another, and no branch twice at once', async () => {
    const { add, runs, told } = scripted();
    const all = [
      add(access('r'), removal('a')),
      add(access('r', 'q'), removal('b')),
      add(access('r'), removal('a')),
      add(access('r'), removal('c')),
      add(access('s'), removal('a')),
    ];
    await turn();
    for (let index = 0; index < runs.length; index += 1) {
      runs[index]!.end();
      await turn();
      await turn();
    }
    await Promise.all(all);
    assert.deepEqual(told().sort(), ['r p: a', 'r p: a c', 'r q: b', 's p: a']);
  });

  it('gives each its own outcome, and goes on after a batch that failed', async () => {
    const { add, runs } = scripted();
    const failure = { remedy: 'retry', reason: 'PushRejected', message: 'no' } as const;
    const [one, other] = [add(access('r'), removal('a')), add(access('r'), removal('b'))];
    await turn();
    runs[0]!.end([
      { type: 'failed', failure },
      { type: 'done', result: 'kept' },
    ]);
    await assert.rejects(one, new FailureError(failure));
    assert.equal(await other, 'kept');
    const next = add(access('r'), removal('a'));
    await turn();
    runs[1]!.end();
    assert.equal(await next, 'removed');
  });
});
