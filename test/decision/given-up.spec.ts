import assert from 'node:assert/strict';
import { announce } from '../../src/decision/announce.ts';
import type { Decision } from '../../src/decision/decide.ts';
import { withoutDelay } from '../../src/decision/promotion-record.ts';
import { record } from '../../src/decision/record.ts';
import type { PipelineStatus } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import type { Fact } from '../../src/model/fact.ts';
import { aFailure, anEnvironment, aPipeline, aPullRequest, aRepository, gaveUp, isLost } from '../support/builders.ts';
import { minutes, notifications, remembers, runs, start } from '../support/builders.ts';
import { conditionOf, given, inWords, openedBy, saidOf } from '../support/given.ts';

type Parts = Parameters<typeof aPipeline>[0];

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const generation = aPipeline().metadata.generation;
const failed: PipelineStatus = { ...remembers({ promotion: gaveUp(start) }), observedGeneration: generation };
/** The time from which on what was given up at the start is tried again. */
const again = minutes(5);

const decideAt = (now: number, status = failed, parts: Parts = {}): Decision =>
  given(aPipeline({ status, ...parts }), due).when(now).decision;
const words = (before: PipelineStatus, after: PipelineStatus): readonly string[] =>
  announce(aPipeline(), before, after).map(({ announcement: { reason } }) => reason);
const refused = (decision: Decision, reason: string): PipelineStatus => {
  const action = { type: 'open-pull-request', promotion: openedBy(decision) } as const;
  const failure = aFailure({ remedy: 'give-up', reason, message: 'no marker in ./' });
  return record(decision.status, { type: 'failed', action, failure }, again);
};
const stalledSince = ({ status }: Decision) =>
  status.conditions?.find(({ type }) => type === 'Stalled')?.lastTransitionTime;

describe('a promotion that was given up', () => {
  it('is not tried again before the longest delay has passed, and wakes us then', () => {
    const decision = decideAt(again - 1);
    assert.deepEqual([decision.actions, decision.wakeAt], [[], again]);
  });

  it('is tried again then, written before: Opening, and failed since', () => {
    const decision = decideAt(again);
    assert.equal(openedBy(decision).revision, '6.1.5');
    const { state, attempts, failedSince, repository } = saidOf(decision).promotion ?? {};
    assert.deepEqual([state, attempts, failedSince], ['Opening', 1, formatTime(start)]);
    assert.ok(repository);
  });

  it('is told once, however often it is tried and given up again', () => {
    const waiting = decideAt(minutes(1));
    const trying = decideAt(again, waiting.status);
    const given = decideAt(again, refused(trying, 'NoMarker'));
    assert.deepEqual([words(waiting.status, trying.status), words(trying.status, given.status)], [[], []]);
    assert.equal(given.wakeAt, minutes(10));
  });

  it('is told of where it is given up for another reason by then', () => {
    const trying = decideAt(again, decideAt(minutes(1)).status);
    const given = decideAt(again, refused(trying, 'Unauthorized'));
    assert.deepEqual(words(trying.status, given.status), ['Unauthorized']);
  });

  it('is told of when it is mended', () => {
    const trying = decideAt(again, decideAt(minutes(1)).status);
    const promotion = openedBy(trying);
    const seen = { type: 'pull-request-seen', promotion, pullRequest: aPullRequest(), opened: true } as const;
    const after = decideAt(again, record(trying.status, seen, again));
    assert.deepEqual(words(trying.status, after.status), ['ReconciliationSucceeded', 'PromotionOpen']);
    assert.equal(conditionOf(after, 'Stalled'), undefined);
  });

  it('leaves the Pipeline Stalled, since the first time, while it is tried again and while another attempt waits', () => {
    const waiting = decideAt(minutes(1));
    const trying = decideAt(again, waiting.status);
    const outcome = {
      type: 'failed',
      action: { type: 'open-pull-request', promotion: openedBy(trying) },
      failure: aFailure({ remedy: 'retry', reason: 'ServerFailed', message: 'the forge answers 502' }),
    } as const;
    const later = decideAt(again, record(trying.status, outcome, again));
    assert.deepEqual(
      [waiting, trying, later].map((decision) => [
        conditionOf(decision, 'Stalled')?.split(':')[0],
        stalledSince(decision),
      ]),
      ['NoMarker', 'NoMarker', 'ServerFailed'].map((reason) => [`True ${reason}`, formatTime(minutes(1))]),
    );
    assert.deepEqual(
      [trying, later].map((decision) => conditionOf(decision, 'Reconciling')),
      [undefined, undefined],
    );
  });

  it('is tried after as long again as it has failed, and after four of the longest delays at most', () => {
    const after = (since: number) => {
      const promotion = { ...gaveUp(minutes(1000)), failedSince: formatTime(minutes(1000 - since)) };
      return ((decideAt(minutes(1000), remembers({ promotion })).wakeAt ?? 0) - minutes(1000)) / 60_000;
    };
    assert.deepEqual([0, 3, 12, 500].map(after), [5, 5, 12, 20]);
  });

  it('is told once beside another environment that fails for another reason', () => {
    const environments = [anEnvironment('dev'), anEnvironment('staging'), anEnvironment('prod')];
    const facts = [runs('dev', '6.1.6'), runs('staging', '6.1.5'), runs('prod', '6.1.4')];
    const staging = { promotion: { ...gaveUp(start), revision: '6.1.6', reason: 'Forbidden' } };
    const prod = { promotion: { ...gaveUp(minutes(1)), from: 'staging' } };
    const status = { observedGeneration: generation, environments: { staging, prod } };
    const pipeline = aPipeline({ environments, status });
    const waiting = given(pipeline, facts).when(minutes(1)).decision;
    const trying = given({ ...pipeline, status: waiting.status }, facts).when(again).decision;
    assert.equal(openedBy(trying).environment, 'staging');
    assert.deepEqual(words(waiting.status, trying.status), []);
    assert.deepEqual(
      [waiting, trying].map((decision) => conditionOf(decision, 'Ready')?.split(':')[0]),
      ['False Forbidden', 'False Forbidden'],
    );
  });

  it('leaves the Pipeline Stalled while its source is being deployed, and not while a cluster is lost', () => {
    const ready = { status: 'Unknown', reason: 'Progressing', message: 'upgrading' } as const;
    const at = minutes(2);
    const conditionWith = (...facts: Fact[]) =>
      conditionOf(given(aPipeline({ status: failed }), facts).when(at).decision, 'Ready')?.split(':')[0];
    assert.equal(conditionWith(runs('dev', '6.1.5', { ready }), runs('prod', '6.1.4')), 'False NoMarker');
    assert.equal(conditionWith(...due, isLost('dev', minutes(1))), 'False TargetClusterNotReady');
  });

  it('stays what it is where the spec has changed and something else keeps it from being tried', () => {
    const changed = { ...failed, observedGeneration: generation - 1 };
    const stopped = decideAt(minutes(1), changed, { suspend: true });
    const ill = { status: 'False', reason: 'UpgradeFailed', message: 'timed out' } as const;
    const pipeline = aPipeline({ status: changed });
    const unsettled = given(pipeline, runs('dev', '6.1.5', { ready: ill }), runs('prod', '6.1.4')).when(minutes(1));
    const moved = given(pipeline, runs('dev', '6.1.4'), runs('prod', '6.1.4')).when(minutes(1));
    for (const decision of [stopped, unsettled.decision, moved.decision])
      assert.deepEqual([saidOf(decision).promotion, decision.actions], [withoutDelay(gaveUp(start)), []]);
    assert.deepEqual(words(decideAt(minutes(1)).status, stopped.status), []);
    assert.equal(
      openedBy(decideAt(minutes(2), { ...stopped.status, observedGeneration: generation })).revision,
      '6.1.5',
    );
  });

  it('is closed by the forge when it is rejected, since an attempt may have come further than it told', () => {
    const annotations = { 'pipelines.weave.works/reject.prod': '6.1.5' };
    const rejecting = decideAt(minutes(1), failed, { annotations });
    assert.deepEqual(rejecting.actions.map(inWords), ['close 6.1.5 in prod']);
    const [action] = rejecting.actions;
    assert.ok(action?.type === 'close-pull-request');
    const failure = aFailure({ remedy: 'give-up', reason: 'Unauthorized', message: 'the token has expired' });
    const refusing = record(rejecting.status, { type: 'failed', action, failure }, minutes(1));
    const waiting = decideAt(minutes(1), refusing, { annotations });
    assert.deepEqual([saidOf(waiting).promotion?.state, waiting.actions], ['Opening', []]);
    assert.match(saidOf(waiting).message ?? '', /6\.1\.5 was rejected for prod.*the token has expired/);
    const closed = record(waiting.status, { ...action, type: 'promotion-closed', pullRequest: undefined }, minutes(2));
    const { state, reason } = saidOf(decideAt(minutes(2), closed, { annotations })).promotion ?? {};
    assert.deepEqual([state, reason], ['Closed', 'Rejected']);
  });

  it('is left in the repository that the spec named, where it names another one since', () => {
    const promotion = { ...gaveUp(start), repository: { ...aRepository(), url: 'https://old.example/org/config' } };
    const status = { ...remembers({ promotion }), observedGeneration: generation - 1 };
    const decision = decideAt(minutes(1), status);
    assert.deepEqual(
      [decision.actions.map(inWords), saidOf(decision).promotion?.state],
      [['leave 6.1.5 in prod'], 'Opening'],
    );
  });

  it('is not handed over again where people have brought it there meanwhile', () => {
    const ready = { status: 'Unknown', reason: 'Progressing', message: 'upgrading' } as const;
    given(
      aPipeline({ status: failed, promotion: notifications }),
      runs('dev', '6.1.5'),
      runs('prod', '6.1.5', { ready }),
    )
      .when(again)
      .then({ actions: [], because: { prod: 'UpToDate' } });
  });

  const changes: readonly (readonly [string, PipelineStatus, Parts])[] = [
    ['the spec has changed, which may be what had to be mended', { ...failed, observedGeneration: generation - 1 }, {}],
    ['a reconcile is requested', failed, { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } }],
    ['a retry is asked for', failed, { annotations: { 'pipelines.weave.works/retry.prod': '6.1.5' } }],
  ];
  for (const [name, status, parts] of changes)
    it(`is tried again at once when ${name}, and nothing is told before that has ended`, () => {
      const decision = decideAt(minutes(1), status, parts);
      assert.equal(openedBy(decision).revision, '6.1.5');
      const { state, failedSince, lastAttemptedTime } = saidOf(decision).promotion ?? {};
      assert.deepEqual([state, failedSince, lastAttemptedTime], ['Opening', formatTime(start), undefined]);
      assert.deepEqual(words(decideAt(minutes(1)).status, decision.status), []);
    });

  it('is not tried again while its Pipeline is suspended, and stays Stalled', () => {
    const decision = decideAt(again, failed, { suspend: true });
    assert.deepEqual([decision.actions, decision.wakeAt], [[], undefined]);
    assert.equal(saidOf(decision).promotion?.state, 'Failed');
    assert.match(conditionOf(decision, 'Stalled') ?? '', /^True NoMarker: no marker/);
  });
});
