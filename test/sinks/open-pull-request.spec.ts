import assert from 'node:assert/strict';
import { githubAppTokens } from '../../src/forge/github-app.ts';
import type { LookedAt } from '../../src/git/change.ts';
import { FailureError } from '../../src/model/failure.ts';
import { openPullRequest } from '../../src/sinks/open-pull-request.ts';
import { pullRequestBoard } from '../../src/sinks/pull-request-board.ts';
import { createAgents } from '../../src/web/agents.ts';
import { aPromotion } from '../support/a-promotion.ts';
import { failed } from '../support/failed.ts';

const promotion = { ...aPromotion('https://forge.example/org/config', 'github'), forgotten: true };
const unexpected = () => Promise.reject(new Error('nothing else is asked'));
const says: LookedAt = { type: 'nothing-to-change', isOurs: true, untouched: [] };
const saysElse: LookedAt = { type: 'to-change' };

describe('a merged pull request of a promotion that is forgotten', () => {
  /** What becomes of it where the base says this when it is looked at, time after time. */
  const openWhere = (...looks: readonly (LookedAt | Error)[]) => {
    const clock = { now: () => 1_700_000_000_000 };
    const merged = {
      url: 'u',
      number: 1,
      branch: promotion.text.branch,
      base: 'main',
      head: 'abc',
      state: 'merged',
    } as const;
    let times = 0;
    const open = openPullRequest({
      ...{ readSecret: () => Promise.resolve({ token: 'the-token' }), clock, insecureHttp: false },
      createForge: () => ({
        ...{ validate: () => Promise.resolve(), openOf: () => Promise.resolve([]) },
        find: (branch) => Promise.resolve(branch === merged.branch ? merged : undefined),
        ...{ open: unexpected, read: unexpected, changes: unexpected, conflicting: unexpected },
        ...{ edit: unexpected, close: unexpected, setCheck: unexpected },
      }),
      appTokens: githubAppTokens(clock),
      repositories: {
        lookAt: () => {
          const look = looks[times++] ?? new Error('it is looked at once more');
          return look instanceof Error ? Promise.reject(look) : Promise.resolve(look);
        },
        ...{ proposeChange: unexpected, removeBranch: unexpected },
      },
      board: pullRequestBoard({ ...clock, interval: 60_000 }),
      slots: (_host, _promotion, work) => work(),
      agents: createAgents(),
    });
    return open({ type: 'open-pull-request', promotion });
  };
  const refused = new FailureError({ remedy: 'retry', reason: 'FetchRefused', message: 'not now' });

  for (const [name, looks, type] of [
    ['is past where its base says something else', [saysElse, saysElse], 'promoted-before'],
    ['is the present where its base says so', [says, says], 'pull-request-seen'],
    ['is the present where it was merged since the base was first looked at', [saysElse, says], 'pull-request-seen'],
    ['is past also where the first look has failed', [refused, saysElse], 'promoted-before'],
    [
      'is the present where nothing is marked any more',
      [
        { type: 'no-marker', searched: 1, untouched: [] },
        { type: 'no-marker', searched: 1, untouched: [] },
      ],
      'pull-request-seen',
    ],
  ] as const)
    it(name, async () => {
      assert.equal((await openWhere(...looks)).type, type);
    });

  it('is neither while its base cannot be looked at: that is tried again', async () => {
    assert.deepEqual(await failed(openWhere(saysElse, refused)), refused.failure);
  });
});
