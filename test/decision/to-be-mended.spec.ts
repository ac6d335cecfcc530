import assert from 'node:assert/strict';
import { catalogue } from '../../src/decision/catalogue.ts';
import type { Decision } from '../../src/decision/decide.ts';
import { record } from '../../src/decision/record.ts';
import type { Action } from '../../src/model/action.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { PipelineStatus } from '../../src/model/pipeline-status.ts';
import { aFailure, aPipeline, aPullRequest, aRecord, aRepository } from '../support/builders.ts';
import { notifications, remembers, runs, seconds, start } from '../support/builders.ts';
import { conditionOf, given, openedBy, saidOf } from '../support/given.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const noSecret = aFailure({ remedy: 'wait', reason: 'SecretNotFound', message: 'Secret apps/creds does not exist' });
const expired = aFailure({ remedy: 'give-up', reason: 'Unauthorized', message: 'the token has expired' });
const unavailable = aFailure({ reason: 'ForgeUnavailable', message: 'the forge answers 502' });

const lookAt = (status: PipelineStatus | undefined, now: number) =>
  given(aPipeline(status ? { status } : {}), due).when(now);
const failed = (status: PipelineStatus, action: Action, failure: Failure, now: number): PipelineStatus =>
  record(status, { type: 'failed', action, failure }, now);
const turnOf = ({ judgements }: Decision) => judgements[1] && catalogue[judgements[1].reason].turn;
const remedyOf = (status: PipelineStatus) => status.environments?.['prod']?.promotion?.remedy;

/** The status once an attempt to open the pull request has failed. */
const attempted = (before: PipelineStatus | undefined, failure: Failure, now: number): PipelineStatus => {
  const { decision } = lookAt(before, now);
  return failed(decision.status, { type: 'open-pull-request', promotion: openedBy(decision) }, failure, now);
};

describe('a promotion that waits for something to be mended', () => {
  it('is an operator’s turn, who is told until when, and the command for at once', () => {
    const decision = lookAt(attempted(undefined, noSecret, start), start).then({
      actions: [],
      because: { prod: 'ToBeMended' },
      saying: {
        prod: /^6\.1\.5 is not promoted: Secret apps\/creds does not exist; when that is mended, it goes on at 2026-03-02T10:00:05Z at the latest, or at once with: kubectl -n apps annotate .*reconcile\.fluxcd\.io\/requestedAt=/,
      },
    });
    assert.deepEqual([turnOf(decision), decision.wakeAt], ['operator', seconds(5)]);
    assert.match(decision.status.summary ?? '', /prod 6\.1\.4 ✗ to be mended$/);
  });

  it('leaves the Pipeline Reconciling, not Stalled, with the reason of the failure', () => {
    const { decision } = lookAt(attempted(undefined, noSecret, start), start);
    assert.equal(conditionOf(decision, 'Ready'), 'False SecretNotFound: Secret apps/creds does not exist');
    assert.match(conditionOf(decision, 'Reconciling') ?? '', /^True ProgressingWithRetry: 6\.1\.5 is not promoted/);
    assert.equal(conditionOf(decision, 'Stalled'), undefined);
    assert.match(conditionOf(decision, 'PromotionPending') ?? '', /^True ToBeMended: prod: 6\.1\.5/);
  });

  it('goes on by itself where its next attempt fails for something that passes', () => {
    const later = attempted(attempted(undefined, noSecret, start), unavailable, seconds(5));
    const decision = lookAt(later, seconds(5)).then({ because: { prod: 'RetryingLater' } });
    assert.deepEqual([turnOf(decision), remedyOf(later)], ['leafwatch', undefined]);
  });

  it('forgets what it needed once it has been made', () => {
    const waiting = attempted(undefined, noSecret, start);
    const { decision } = lookAt(waiting, seconds(5));
    const promotion = openedBy(decision);
    assert.deepEqual([remedyOf(waiting), remedyOf(decision.status)], ['wait', 'wait']);
    const seen = { type: 'pull-request-seen', promotion, pullRequest: aPullRequest(), opened: true } as const;
    const after = lookAt(record(decision.status, seen, seconds(5)), seconds(5)).then({
      because: { prod: 'PullRequestOpen' },
    });
    assert.deepEqual([saidOf(after).promotion?.state, remedyOf(after.status)], ['Open', undefined]);
  });
});

describe('an open pull request that cannot be followed', () => {
  const open = remembers({
    promotion: aRecord({ state: 'Open', pullRequest: aPullRequest(), repository: aRepository() }),
  });
  const followed = (before: PipelineStatus, failure: Failure): PipelineStatus => {
    const [action] = lookAt(before, start).decision.actions;
    assert.ok(action?.type === 'follow-pull-request');
    return failed(before, action, failure, start);
  };

  for (const failure of [expired, noSecret])
    it(`is an operator’s turn where that has to be mended: ${failure.remedy}`, () => {
      const decision = lookAt(followed(open, failure), start).then({
        actions: ['follow #7 of 6.1.5 in prod'],
        because: { prod: 'PullRequestUnseen' },
        saying: {
          prod: new RegExp(
            `^6\\.1\\.5 waits for pull request #7, .*: https://forge.example/org/config/pulls/7; it may be merged, .*: ${failure.message}$`,
          ),
        },
      });
      assert.equal(turnOf(decision), 'operator');
      assert.equal(conditionOf(decision, 'Ready'), `False ${failure.reason}: ${failure.message}`);
      assert.match(conditionOf(decision, 'Reconciling') ?? '', /^True ProgressingWithRetry/);
      assert.equal(conditionOf(decision, 'Stalled'), undefined);
      assert.match(decision.status.summary ?? '', /prod 6\.1\.4 \? review$/);
    });

  it('stays the reviewer’s turn where that passes by itself, also after it had to be mended', () => {
    for (const before of [open, followed(open, expired)]) {
      const decision = lookAt(followed(before, unavailable), start).then({
        because: { prod: 'PullRequestOpen' },
        saying: { prod: /to be merged, .*; what has become of it is not known: the forge answers 502$/ },
      });
      assert.equal(turnOf(decision), 'reviewer');
    }
  });

  it('is the reviewer’s turn again once it is seen', () => {
    const [action] = lookAt(open, start).decision.actions;
    assert.ok(action?.type === 'follow-pull-request');
    const { promotion } = action;
    const seen = { type: 'pull-request-seen', promotion, pullRequest: aPullRequest(), opened: false } as const;
    const after = lookAt(record(followed(open, expired), seen, start), start).then({
      because: { prod: 'PullRequestOpen' },
    });
    assert.deepEqual([turnOf(after), remedyOf(after.status)], ['reviewer', undefined]);
  });

  it('is an operator’s turn where its Pipeline names no pull-request strategy any more', () => {
    const pipeline = aPipeline({ status: open, promotion: notifications });
    const decision = given(pipeline, due)
      .when(start)
      .then({ because: { prod: 'PullRequestUnseen' } });
    assert.equal(turnOf(decision), 'operator');
    assert.match(conditionOf(decision, 'Ready') ?? '', /^True/);
  });
});
