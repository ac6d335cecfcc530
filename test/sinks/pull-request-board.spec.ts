import assert from 'node:assert/strict';
import type { Forge, SeenPullRequest } from '../../src/forge/forge.ts';
import { pullRequestBoard } from '../../src/sinks/pull-request-board.ts';

const minute = 60_000;

describe('sinks/pull-request-board', () => {
  let now: number;
  let changed: SeenPullRequest[];
  let asked: string[];
  let broken: boolean;
  let questions: (readonly number[])[];
  let conflicting: () => Promise<readonly number[]>;
  const pull = (number: number, state: SeenPullRequest['state'] = 'open'): SeenPullRequest => ({
    ...{ url: `https://forge.example/${number}`, number, branch: `promotions/${number}`, base: 'main', head: 'abc' },
    state,
  });
  const forge: Pick<Forge, 'changes' | 'conflicting' | 'read'> = {
    conflicting: (numbers) => {
      questions.push(numbers);
      return conflicting();
    },
    changes: (mark) => {
      asked.push(`changes since ${mark?.updated ?? 'ever'}`);
      if (broken) return Promise.reject(new Error('down'));
      const pullRequests = changed;
      changed = [];
      return Promise.resolve({ pullRequests, mark: { updated: String(now) } });
    },
    read: (number) => {
      asked.push(`read ${number}`);
      return Promise.resolve(pull(number));
    },
  };
  const open = () => pullRequestBoard({ now: () => now, interval: minute });
  beforeEach(() => {
    [now, changed, asked, broken, questions] = [0, [], [], false, []];
    conflicting = () => Promise.resolve([]);
  });

  it('follows a hundred pull requests by one list a minute', async () => {
    const board = open();
    for (let second = 0; second < 600; second += 1) {
      now = second * 1000;
      // Each is looked at once a minute, at a second of its own.
      for (let number = second % 60; number < 100; number += 60) await board.read('repository', forge, number);
    }
    const lists = asked.filter((request) => request.startsWith('changes'));
    assert.ok(lists.length <= 11, `${lists.length} lists in ten minutes`);
    assert.equal(asked.length - lists.length, 100, 'each is read once');
    assert.equal(questions.length, lists.length, 'conflicts are asked for with each list');
  });

  it('sees what has changed with the next list, and goes on from where that ended', async () => {
    const board = open();
    assert.equal((await board.read('repository', forge, 1)).state, 'open');
    changed = [pull(1, 'merged')];
    now = 30_000;
    assert.equal((await board.read('repository', forge, 1)).state, 'open');
    now = minute;
    assert.equal((await board.read('repository', forge, 1)).state, 'merged');
    assert.deepEqual(asked, ['changes since ever', 'read 1', 'changes since 0']);
  });

  it('believes a list more than what was asked for before it and is answered later', async () => {
    const board = open();
    await board.read('repository', forge, 2);
    let answer: (pull: SeenPullRequest) => void = () => undefined;
    const slow = { ...forge, read: () => new Promise<SeenPullRequest>((resolve) => (answer = resolve)) };
    const reading = board.read('repository', slow, 1);
    changed = [pull(1, 'merged')];
    now = minute;
    await board.read('repository', forge, 2);
    answer(pull(1));
    assert.equal((await reading).state, 'merged');
    assert.equal((await board.read('repository', forge, 1)).state, 'merged');
  });

  it('has many who ask at once wait for the same list', async () => {
    const board = open();
    changed = [3, 2, 1].map((number) => pull(number));
    await Promise.all([1, 2, 3].map((number) => board.read('repository', forge, number)));
    assert.deepEqual(asked, ['changes since ever']);
  });

  it('tells of a conflict once it was said twice in a row, and of what it follows while that is open', async () => {
    const board = open();
    const read = async (number = 1) => (await board.read('repository', forge, number)).conflicts;
    const after = async (said: readonly number[]) => {
      conflicting = () => Promise.resolve(said);
      now += minute;
      return read();
    };
    assert.deepEqual([await after([1]), await read(), await after([1]), await after([1])], [false, false, true, true]);
    assert.deepEqual([await after([]), await after([1]), await after([1])], [false, false, true]);
    assert.equal(await read(2), false);
    changed = [pull(2, 'merged')];
    await after([]);
    await board.read('repository', forge, 2);
    await after([]);
    assert.deepEqual([questions[0], questions.at(-2), questions.at(-1)], [[1], [1], [1]]);
  });

  it('follows on where conflicts cannot be told', async () => {
    const board = open();
    conflicting = () => Promise.reject(new Error('down'));
    assert.deepEqual(await board.read('repository', forge, 1), { ...pull(1), conflicts: false });
  });

  it('asks again after a list that failed', async () => {
    const board = open();
    broken = true;
    await assert.rejects(board.read('repository', forge, 1), /down/);
    broken = false;
    assert.equal((await board.read('repository', forge, 1)).number, 1);
  });

  it('tells nobody what was seen with the Secret of another', async () => {
    const board = open();
    changed = [pull(1, 'merged')];
    assert.equal((await board.read('one', forge, 1)).state, 'merged');
    assert.equal((await board.read('other', forge, 1)).state, 'open');
  });
});
