import assert from 'node:assert/strict';
import { latecomers } from '../src/latecomers.ts';
import type { Action, Outcome } from '../src/model/action.ts';
import type { PipelineStatus, PromotionRecord } from '../src/model/pipeline-status.ts';
import { aPromotion } from './support/a-promotion.ts';
import { aFailure } from './support/builders.ts';

const promotion = aPromotion('https://git.example/org/config', 'github');
const { pipeline } = promotion;

const opened: Extract<Outcome, { type: 'pull-request-seen' }> = {
  type: 'pull-request-seen',
  promotion,
  pullRequest: { url: 'https://git.example/7', number: 7, branch: promotion.text.branch, state: 'open' },
  opened: true,
};

const begun: PromotionRecord = {
  revision: promotion.revision,
  from: 'staging',
  state: 'Opening',
  startedAt: '2026-03-02T09:48:00Z',
};
const statusOf = (promotion: PromotionRecord): PipelineStatus => ({ environments: { prod: { promotion } } });
const withAnother = { ...opened.pullRequest, url: 'https://git.example/8', number: 8 };
const goneOn = statusOf({ ...begun, revision: '6.1.6', state: 'Open', pullRequest: withAnother });

/** Closing comes to each of these, one after the other. */
const closing = (...answers: readonly ((action: Action) => Outcome)[]) => {
  const left = [...answers];
  const done: (readonly [number, string])[] = [];
  const late = latecomers((action) => {
    assert.ok(action.type === 'withdraw-pull-request');
    done.push([action.number, action.comment]);
    const answer = left.shift();
    assert.ok(answer, 'nothing more is to be closed');
    return Promise.resolve(answer(action));
  });
  return { ...late, done };
};

const closed = (): Outcome => ({ type: 'pull-request-withdrawn', promotion, url: opened.pullRequest.url });
const notClosed: readonly (readonly [string, (action: Action) => Outcome])[] = [
  ['the forge fails', (action) => ({ type: 'failed', action, failure: aFailure() })],
  ['others are at the host', () => ({ type: 'turn-pending', promotion, host: 'git.example', until: 1 })],
];

describe('latecomers', () => {
  const tooLate: readonly (readonly [string, PipelineStatus, string])[] = [
    ['for a revision that another controller has gone on from', goneOn, 'https://git.example/8'],
    [
      'for a promotion that has another pull request',
      statusOf({ ...begun, state: 'Merged', pullRequest: withAnother }),
      'https://git.example/8',
    ],
    ['for a promotion that was rejected by then', statusOf({ ...begun, state: 'Closed', reason: 'Rejected' }), '6.1.5'],
    ['for a promotion that its base had made needless by then', statusOf({ ...begun, state: 'Merged' }), '6.1.5'],
  ];
  for (const [what, status, instead] of tooLate)
    it(`closes what was opened ${what}, that one alone, and says why`, async () => {
      const late = closing(closed);
      late.remember(pipeline, [opened]);
      assert.deepEqual(await late.close(pipeline, status), [closed()]);
      assert.deepEqual(late.done, [[7, `Opened too late: prod had gone on with ${instead} by then.`]]);
      await late.close(pipeline, status);
    });

  it('leaves alone what is known, was adopted, or is of an environment that is no more', async () => {
    const late = closing();
    for (const [outcome, status] of [
      [opened, statusOf({ ...begun, state: 'Open', pullRequest: opened.pullRequest })],
      [{ ...opened, opened: false }, goneOn],
      [opened, {}],
    ] as const) {
      late.remember(pipeline, [outcome]);
      await late.close(pipeline, status);
      await late.close(pipeline, goneOn);
    }
  });

  it('waits for what becomes of it while a promotion is only begun', async () => {
    for (const revision of ['6.1.5', '6.1.6']) {
      const late = closing(closed);
      late.remember(pipeline, [opened]);
      assert.deepEqual(await late.close(pipeline, statusOf({ ...begun, revision })), []);
      assert.deepEqual(late.done, []);
      await late.close(pipeline, goneOn);
      assert.equal(late.done.length, 1);
    }
  });

  for (const [what, answer] of notClosed)
    it(`tries again with the next look where ${what}`, async () => {
      const late = closing(answer, closed);
      late.remember(pipeline, [opened]);
      assert.equal((await late.close(pipeline, goneOn)).length, 1);
      assert.deepEqual(await late.close('apps/other', goneOn), []);
      assert.deepEqual(await late.close(pipeline, goneOn), [closed()]);
      assert.equal(late.done.length, 2);
    });

  it('tells once of one that only a person can close, and leaves it', async () => {
    const late = closing((action) => ({ type: 'failed', action, failure: { ...aFailure(), remedy: 'give-up' } }));
    late.remember(pipeline, [opened]);
    assert.equal((await late.close(pipeline, goneOn)).length, 1);
    assert.deepEqual(await late.close(pipeline, goneOn), []);
  });

  it('forgets what is left of a Pipeline that is no more, and says once that it stays open', () => {
    const late = closing();
    late.remember(pipeline, [opened]);
    const told = late.forget(pipeline).map((outcome) => outcome.type === 'failed' && outcome.failure.message);
    assert.deepEqual(told, [
      'https://git.example/7 stays open: its Pipeline was deleted before its status could tell of it; merge or close it',
    ]);
    assert.deepEqual(late.forget(pipeline), []);
  });
});
