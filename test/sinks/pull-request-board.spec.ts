import assert from 'node:assert/strict';
import type { Forge, SeenPullRequest } from '../../src/forge/forge.ts';
import { pullRequestBoard } from '../../src/sinks/pull-request-board.ts';

const minute = 60_000;

describe('sinks/pull-request-board', () => {
  let now: number;
  let changed: SeenPullRequest[];
  let asked: string[];
  let broken: boolean;
  const pull = (number: number, state: SeenPullRequest['state'] = 'open'): SeenPullRequest => ({
    ...{ url: `https://forge.example/${number}`, number, branch: `promotions/${number}`, base: 'main', head: 'abc' },
    state,
  });
  const forge: Pick<Forge, 'changes' | 'read'> = {
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
    [now, changed, asked, broken] = [0, [], [], false];
  });

  it('follows a hundred pull requests by one list a minute', async () => {
    const board = open();
    for (let second = 0; second < 600; second += 1) {
      now = second * 1000;
      // Each is looked at once a minute, at a second of its own.
      for (let number = second % 60; number < 100; number += 60) await board.read('place', forge, number);
    }
    const lists = asked.filter((request) => request.startsWith('changes'));
    assert.ok(lists.length <= 11, `${lists.length} lists in ten minutes`);
    assert.equal(asked.length - lists.length, 100, 'each is read once');
  });

  it('sees what has changed with the next list, and goes on from where that ended', async () => {
    const board = open();
    assert.equal((await board.read('place', forge, 1)).state, 'open');
    changed = [pull(1, 'merged')];
    now = 30_000;
    assert.equal((await board.read('place', forge, 1)).state, 'open');
    now = minute;
    assert.equal((await board.read('place', forge, 1)).state, 'merged');
    assert.deepEqual(asked, ['changes since ever', 'read 1', 'changes since 0']);
  });

  it('has many who ask at once wait for the same list', async () => {
    const board = open();
    changed = [3, 2, 1].map((number) => pull(number));
    await Promise.all([1, 2, 3].map((number) => board.read('place', forge, number)));
    assert.deepEqual(asked, ['changes since ever']);
  });

  it('asks again after a list that failed', async () => {
    const board = open();
    broken = true;
    await assert.rejects(board.read('place', forge, 1), /down/);
    broken = false;
    assert.equal((await board.read('place', forge, 1)).number, 1);
  });

  it('tells nobody what was seen with the Secret of another', async () => {
    const board = open();
    changed = [pull(1, 'merged')];
    assert.equal((await board.read('one', forge, 1)).state, 'merged');
    assert.equal((await board.read('other', forge, 1)).state, 'open');
  });
});
