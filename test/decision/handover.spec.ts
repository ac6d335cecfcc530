import assert from 'node:assert/strict';
import type { Handover } from '../../src/model/action.ts';
import type { PromotionRecord } from '../../src/model/pipeline-status.ts';
import type { Fact } from '../../src/model/fact.ts';
import { record } from '../../src/decision/record.ts';
import { formatTime } from '../../src/model/time.ts';
import { aFailure, anEnvironment, aPipeline, aPullRequest, aRecord, aTarget } from '../support/builders.ts';
import { minutes, notifications, pullRequests, remembers, runs, seconds, start } from '../support/builders.ts';
import { given, saidOf } from '../support/given.ts';
import type { Decision } from '../../src/decision/decide.ts';
import type { PipelineParts } from '../support/builders.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const newer = [runs('dev', '6.1.6'), runs('prod', '6.1.4')];
const arrived = [runs('dev', '6.1.5'), runs('prod', '6.1.5')];
const failing = { ready: { status: 'False', reason: 'UpgradeFailed', message: 'timed out' } } as const;
const notified = aRecord({ state: 'Notified' });
const told = (promotion: PromotionRecord | undefined, parts: PipelineParts = {}) =>
  aPipeline({ promotion: notifications, ...(promotion ? { status: remembers({ promotion }) } : {}), ...parts });
const asks = (verb: string, revision = '6.1.5') => ({
  annotations: { [`pipelines.weave.works/${verb}.prod`]: revision },
});
const handedOverBy = ({ actions }: Decision): Handover => {
  const [action] = actions;
  assert.ok(action?.type === 'hand-over');
  return action.promotion;
};
const states = (decision: Decision): readonly string[] => {
  const { promotion, history = [] } = saidOf(decision);
  return [promotion, ...history].map((one) => (one ? `${one.revision} ${one.state} ${one.reason ?? ''}`.trim() : '-'));
};

describe('a promotion by notification', () => {
  it('is the event of Weave GitOps, with the same for programs', () => {
    const prod = anEnvironment('prod', { targets: [aTarget('eu'), aTarget(undefined, { name: 'other' })] });
    const pipeline = told(undefined, { environments: [anEnvironment('dev'), prod] });
    const here: Fact = { type: 'releases-listed', cluster: '/', releases: [], at: start };
    const { decision } = given(pipeline, runs('dev', '6.1.5'), runs('eu', '6.1.4'), here).when(start);
    const { announcement, id, uid, from } = handedOverBy(decision);
    const { targets, ...metadata } = announcement.metadata ?? {};
    assert.equal(announcement.reason, 'Promote');
    assert.equal(announcement.message, 'Promote pipeline apps/podinfo to prod with version 6.1.5');
    assert.deepEqual([uid, from], ['uid-1', 'dev']);
    assert.deepEqual(metadata, {
      id,
      pipeline: 'apps/podinfo',
      environment: 'prod',
      version: '6.1.5',
      from: 'dev',
      application: 'podinfo',
    });
    assert.deepEqual(JSON.parse(targets ?? ''), [
      { cluster: 'apps/eu', namespace: 'podinfo', name: 'podinfo' },
      { namespace: 'podinfo', name: 'other' },
    ]);
  });

  it('is none where a pull request is named too, which an older definition of Pipelines may let pass', () => {
    const both = { strategy: { ...notifications.strategy, ...pullRequests.strategy } };
    given(told(undefined, { promotion: both }), due)
      .when(start)
      .then({ actions: ['open 6.1.5 in prod'] });
  });

  it('is written before it is sent: Opening, and Notified once it was taken', () => {
    const { decision } = given(told(undefined), due).when(start);
    assert.deepEqual(saidOf(decision).promotion, aRecord({ firstSettledAt: formatTime(minutes(-60)) }));
    const taken = record(decision.status, { type: 'handed-over', promotion: handedOverBy(decision) }, start);
    assert.equal(taken.environments?.['prod']?.promotion?.state, 'Notified');
  });

  it('has one id, whoever tells it and however often, and another one when it is told anew', () => {
    const idOf = (pipeline: ReturnType<typeof aPipeline>, at: number) =>
      handedOverBy(given(pipeline, due).when(at).decision).id;
    const first = idOf(told(undefined), start);
    assert.equal(idOf(told(aRecord()), minutes(60)), first);
    const others = [
      idOf(told(aRecord({ retry: 1 })), start),
      idOf(told(aRecord({ startedAt: formatTime(seconds(1)) })), start),
      idOf(told(aRecord(), { uid: 'uid-2' }), start),
      idOf(told(notified, asks('retry')), minutes(1)),
    ];
    assert.equal(new Set([first, ...others]).size, 5);
  });

  it('is not sent again while its answer is awaited, and asked about when that is late, or is there', () => {
    const promotion = { pipeline: 'apps/podinfo', environment: 'prod' } as const;
    const blocked: Fact = { type: 'promotion-blocked', ...promotion, until: seconds(5) };
    const waiting = given(told(aRecord()), due, blocked).when(start).then({ actions: [] });
    assert.equal(waiting.wakeAt, seconds(5));
    given(told(aRecord()), due, blocked)
      .when(seconds(5))
      .then({ actions: ['hand over 6.1.5 to prod'] });
    given(told(aRecord()), due, blocked, { type: 'promotion-unblocked', ...promotion })
      .when(start)
      .then({ actions: ['hand over 6.1.5 to prod'] });
  });

  it('is sent at once, whatever is awaited of the one before it', () => {
    const blocked: Fact = {
      type: 'promotion-blocked',
      ...{ pipeline: 'apps/podinfo', environment: 'prod', until: seconds(5) },
    };
    given(told(aRecord()), newer, blocked)
      .when(start)
      .then({ actions: ['hand over 6.1.6 to prod'] });
  });

  it('that was not taken is sent again after a backoff', () => {
    const { decision } = given(told(undefined), due).when(start);
    const [action] = decision.actions;
    const failed = record(decision.status, { type: 'failed', action: action!, failure: aFailure() }, start);
    const after = given(told(undefined, { status: failed }), due);
    const waiting = after.when(start).then({ actions: [], because: { prod: 'RetryingLater' } });
    assert.equal(waiting.wakeAt, seconds(5));
    after.when(seconds(5)).then({ actions: ['hand over 6.1.5 to prod'] });
  });

  it('waits for its destination, and says how to have it told again', () => {
    given(told(notified), due)
      .when(start)
      .then({
        actions: [],
        because: { prod: 'HandedOver' },
        saying: {
          prod: /^6\.1\.5 is handed over since 2026.*, and has not arrived: podinfo in .*retry\.prod=6\.1\.5$/,
        },
      });
  });

  const ends: readonly (readonly [string, PromotionRecord, readonly Fact[], readonly string[]])[] = [
    ['succeeds when the destination has settled on it', notified, arrived, ['6.1.5 Succeeded', '6.1.5 Succeeded']],
    ['succeeds also when nobody knows whether it was told', aRecord(), arrived, ['6.1.5 Succeeded', '6.1.5 Succeeded']],
    [
      'fails when the destination has failed on it',
      notified,
      [runs('dev', '6.1.5'), runs('prod', '6.1.5', failing)],
      ['6.1.5 Failed DestinationFailed'],
    ],
    ['is superseded by a newer one', notified, newer, ['6.1.6 Opening', '6.1.5 Superseded']],
  ];
  for (const [name, promotion, facts, expected] of ends)
    it(name, () => {
      const { decision } = given(told(promotion), facts).when(minutes(5));
      assert.deepEqual(states(decision), expected);
    });

  it('is not told when the destination runs it already, though it has not settled', () => {
    given(told(aRecord()), runs('dev', '6.1.5'), runs('prod', '6.1.5', failing))
      .when(start)
      .then({ actions: [], because: { prod: 'UpToDate' } });
  });

  describe('that a person rejects', () => {
    const rejections: readonly (readonly [string, PromotionRecord | undefined, readonly Fact[]])[] = [
      ['before it was told', undefined, due],
      ['while it is being told', aRecord(), due],
      ['after it was told', notified, due],
      [
        'while something cannot be told of its source',
        notified,
        [runs('dev', '6.1.5', failing), runs('prod', '6.1.4')],
      ],
      [
        'after a pull request that nobody looks after any more',
        aRecord({ state: 'Open', pullRequest: aPullRequest() }),
        due,
      ],
    ];
    for (const [name, promotion, facts] of rejections)
      it(`${name} is closed at once`, () => {
        const decision = given(told(promotion, asks('reject')), facts)
          .when(start)
          .then({ actions: ['remove reject.prod=6.1.5'] });
        const ended = states(decision).filter((state) => state !== '-');
        assert.deepEqual(new Set(ended), new Set(['6.1.5 Closed Rejected']));
      });
  });

  it('waits for approval, and keeps it', () => {
    const manual = { ...notifications, manual: true };
    given(told(undefined, { promotion: manual }), due)
      .when(start)
      .then({ actions: [], because: { prod: 'ApprovalRequired' } });
    const decision = given(told(undefined, { promotion: manual, ...asks('approve') }), due)
      .when(start)
      .then({ actions: ['hand over 6.1.5 to prod', 'remove approve.prod=6.1.5'] });
    assert.ok(saidOf(decision).promotion?.approval);
  });

  it('is told anew when a person asks, and what was told before is history', () => {
    const decision = given(told(notified, asks('retry')), due)
      .when(start)
      .then({ actions: ['hand over 6.1.5 to prod', 'remove retry.prod=6.1.5'] });
    assert.deepEqual(states(decision), ['6.1.5 Opening', '6.1.5 Notified']);
  });

  it('goes on as it was when the strategy becomes a pull request', () => {
    given(told(notified, { promotion: pullRequests }), due)
      .when(start)
      .then({ actions: [], because: { prod: 'HandedOver' } });
    given(told(notified, { promotion: pullRequests }), newer)
      .when(start)
      .then({ actions: ['open 6.1.6 in prod'] });
  });
});
