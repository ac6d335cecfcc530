import assert from 'node:assert/strict';
import type { SeenPullRequest } from '../../src/forge/forge.ts';
import { findPullRequest } from '../../src/sinks/find-pull-request.ts';
import { aPromotion } from '../support/a-promotion.ts';

const promotion = aPromotion('https://forge.example/org/config', 'github');
const { branch } = promotion.text;

describe('sinks/find-pull-request', () => {
  /** Which attempts have a pull request, and its state; what is found; and how many questions it took. */
  const table: readonly (readonly [
    string,
    Readonly<Record<number, SeenPullRequest['state']>>,
    found: string | undefined,
    asked: number,
  ])[] = [
    ['no attempt', {}, undefined, 4],
    ['the first alone', { 0: 'closed' }, `${branch} closed`, 8],
    ['one that was asked for anew', { 1: 'closed' }, `${branch}=r1 closed`, 8],
    ['the newest of several', { 0: 'closed', 1: 'merged', 2: 'closed' }, `${branch}=r2 closed`, 8],
    ['one after some that left nothing', { 3: 'closed', 6: 'merged' }, `${branch}=r6 merged`, 12],
    ['none past many that left nothing', { 0: 'closed', 5: 'closed' }, `${branch} closed`, 8],
    ['the one that is open, at once', { 0: 'closed', 1: 'open', 2: 'closed' }, `${branch}=r1 open`, 4],
  ];
  const look = async (states: Readonly<Record<number, SeenPullRequest['state']>>, forgotten: boolean) => {
    let asked = 0;
    const find = (name: string, base: string): Promise<SeenPullRequest | undefined> => {
      asked += 1;
      const number = Number(/=r(\d+)$/.exec(name)?.[1] ?? 0);
      const state = states[number];
      return Promise.resolve(state && { url: '', number, branch: name, base, head: 'abc', state });
    };
    const found = await findPullRequest({ find }, { ...promotion, forgotten });
    return [found && `${found.branch} ${found.state}`, asked];
  };
  for (const [name, states, found, asked] of table)
    it(`finds ${name} of a revision of which nothing is remembered`, async () => {
      assert.deepEqual(await look(states, true), [found, asked]);
    });

  it('asks for nothing but the branch of what is remembered', async () => {
    assert.deepEqual(await look({ 1: 'closed' }, false), [undefined, 1]);
  });

  it('comes to an end with a forge that finds everything', async () => {
    const all = Object.fromEntries(Array.from({ length: 1000 }, (_, retry) => [retry, 'closed' as const]));
    const [, asked] = await look(all, true);
    assert.ok(Number(asked) < 100, String(asked));
  });
});
