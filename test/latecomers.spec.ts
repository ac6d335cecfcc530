import assert from 'node:assert/strict';
import { latecomers } from '../src/latecomers.ts';
import type { Action, Outcome } from '../src/model/action.ts';
import type { PipelineStatus } from '../src/model/pipeline-status.ts';
import { aPromotion } from './support/a-promotion.ts';
import { aFailure } from './support/builders.ts';

const promotion = aPromotion('https://git.example/org/config', 'github');
const { pipeline } = promotion;

const opened: Outcome = {
  type: 'pull-request-seen',
  promotion,
  pullRequest: { url: 'https://git.example/7', number: 7, branch: promotion.text.branch, state: 'open' },
  opened: true,
};

const statusWith = (revision: string): PipelineStatus => ({
  environments: {
    prod: { promotion: { revision, from: 'staging', state: 'Opening', startedAt: '2026-03-02T09:48:00Z' } },
  },
});
const goneOn = statusWith('6.1.6');

/** Closing comes to each of these, one after the other. */
const closing = (...answers: readonly ((action: Action) => Outcome)[]) => {
  const left = [...answers];
  const comments: string[] = [];
  const late = latecomers((action) => {
    assert.ok(action.type === 'close-pull-request');
    comments.push(action.comment);
    const answer = left.shift();
    assert.ok(answer, 'nothing more is to be closed');
    return Promise.resolve(answer(action));
  });
  return { ...late, comments };
};

const closed = (): Outcome => ({ type: 'promotion-closed', promotion, pullRequest: undefined });
const notClosed: readonly (readonly [string, (action: Action) => Outcome])[] = [
  ['the forge fails', (action) => ({ type: 'failed', action, failure: aFailure() })],
  ['others are at the host', () => ({ type: 'turn-pending', promotion, host: 'git.example', until: 1 })],
];

describe('latecomers', () => {
  it('closes what was opened for a revision that another controller has gone on from, and says why', async () => {
    const late = closing(closed);
    assert.deepEqual(await late.close(pipeline, [opened], goneOn), []);
    assert.deepEqual(late.comments, ['Opened too late: prod had gone on with 6.1.6 by then.']);
    assert.equal(late.isLeft(pipeline), false);
  });

  it('leaves alone what is known, was adopted, or is of an environment that is no more', async () => {
    const late = closing();
    await late.close(pipeline, [opened], statusWith(promotion.revision));
    await late.close(pipeline, [{ ...opened, opened: false }], goneOn);
    await late.close(pipeline, [opened], {});
    assert.equal(late.isLeft(pipeline), false);
  });

  for (const [what, answer] of notClosed)
    it(`tries again with the next look where ${what}`, async () => {
      const late = closing(answer, closed);
      assert.equal((await late.close(pipeline, [opened], goneOn)).length, 1);
      assert.equal(late.isLeft(pipeline), true);
      assert.equal(late.isLeft('apps/other'), false);
      assert.deepEqual(await late.close(pipeline, [], goneOn), []);
      assert.equal(late.isLeft(pipeline), false);
    });
});
