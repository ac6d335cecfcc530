import assert from 'node:assert/strict';
import { record } from '../../src/decision/record.ts';
import type { PromotionHistoryEntry, PromotionState } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import {
  aPipeline,
  aRepository,
  aPullRequest,
  aRecord,
  gaveUp,
  minutes,
  pullRequests,
  remembers,
  runs,
} from '../support/builders.ts';
import { seconds, start } from '../support/builders.ts';
import { conditionOf, given, openedBy, saidOf, type Expected } from '../support/given.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const arrived = [runs('dev', '6.1.5'), runs('prod', '6.1.5')];
const reconcile = { annotations: { 'reconcile.fluxcd.io/requestedAt': '2026-03-02T10:00:00Z' } };
const anEntry = (revision: string, state: PromotionState): PromotionHistoryEntry => ({
  revision,
  from: 'dev',
  state,
  startedAt: formatTime(minutes(-20)),
  finishedAt: formatTime(minutes(-10)),
});
const open = aRecord({ state: 'Open', pullRequest: aPullRequest() });
const remembering = (...[prod, parts]: [Parameters<typeof remembers>[0], Parameters<typeof aPipeline>[0]?]) =>
  aPipeline({ status: remembers(prod), ...parts });

describe('the memory of a promotion', () => {
  const answers: readonly (readonly [string, ReturnType<typeof aPipeline>, Expected])[] = [
    ['nothing: opens it', aPipeline(), { actions: ['open 6.1.5 in prod'] }],
    [
      'Opening: opens it again, since nobody knows how far it came',
      remembering({ promotion: aRecord() }),
      { actions: ['open 6.1.5 in prod'] },
    ],
    [
      'Open: follows the pull request',
      remembering({ promotion: open }),
      {
        actions: ['follow #7 of 6.1.5 in prod'],
        because: { prod: 'PullRequestOpen' },
        saying: { prod: /^6\.1\.5 waits for pull request #7 to be merged, since .*: https:/ },
      },
    ],
    [
      'Open, and asked for anew: it is under way',
      remembering({ promotion: open }, { annotations: { 'pipelines.weave.works/retry.prod': '6.1.5' } }),
      { actions: ['follow #7 of 6.1.5 in prod', 'remove retry.prod=6.1.5'], because: { prod: 'PullRequestOpen' } },
    ],
    [
      'Merged: waits for the rollout',
      remembering({ promotion: { ...open, state: 'Merged' } }),
      {
        actions: [],
        because: { prod: 'RollingOut' },
        saying: {
          prod: /^6\.1\.5 is merged and rolls out: podinfo in namespace podinfo of cluster apps\/prod: upgraded/,
        },
      },
    ],
    [
      'Closed: stays closed',
      remembering({ promotion: { ...open, state: 'Closed' } }),
      { actions: [], because: { prod: 'PullRequestClosed' }, saying: { prod: /#7 was closed without a merge/ } },
    ],
    [
      'Failed: a person must act, and when it goes on',
      remembering({ promotion: gaveUp(start) }),
      {
        actions: [],
        because: { prod: 'PromotionFailed' },
        saying: {
          prod: /^6\.1\.5 is not promoted: no marker in \.\/; when that is mended, it goes on at 2026-03-02T10:05:00Z, or at once with: kubectl/,
        },
      },
    ],
    [
      'Succeeded, and somebody went back by hand: not again',
      remembering({ promotion: { ...open, state: 'Succeeded' } }),
      { actions: [], because: { prod: 'AlreadyPromoted' } },
    ],
    [
      'Succeeded long ago: not again',
      remembering({ history: [anEntry('6.1.4', 'Succeeded'), anEntry('6.1.5', 'Succeeded')] }),
      { actions: [], because: { prod: 'AlreadyPromoted' } },
    ],
    [
      'Closed before another revision came and went: not again',
      remembering({ history: [anEntry('6.1.6', 'Closed'), anEntry('6.1.5', 'Closed')] }),
      { actions: [], because: { prod: 'AlreadyPromoted' }, saying: { prod: /its promotion has ended \(Closed\)/ } },
    ],
    [
      'Failed before another revision came and went: again',
      remembering({ history: [anEntry('6.1.6', 'Closed'), anEntry('6.1.5', 'Failed')] }),
      { actions: ['open 6.1.5 in prod'] },
    ],
    [
      'Closed for another revision: opens this one',
      remembering({ promotion: aRecord({ revision: '6.1.4', state: 'Closed' }) }),
      { actions: ['open 6.1.5 in prod'] },
    ],
    [
      'Open, and rejected since: closes the pull request',
      remembering({ promotion: open }, { annotations: { 'pipelines.weave.works/reject.prod': '6.1.5' } }),
      {
        actions: ['close 6.1.5 in prod'],
        because: { prod: 'Rejecting' },
        saying: { prod: /^6\.1\.5 was rejected for prod: its pull request is being closed$/ },
      },
    ],
    [
      'Open for another revision while this one waits: follows that one',
      remembering(
        { promotion: aRecord({ revision: '6.1.4', state: 'Open', pullRequest: aPullRequest() }) },
        {
          promotion: { ...pullRequests, manual: true },
        },
      ),
      { actions: ['follow #7 of 6.1.4 in prod'], because: { prod: 'ApprovalRequired' } },
    ],
  ];
  for (const [name, pipeline, expected] of answers)
    it(name, () => {
      given(pipeline, due).when(start).then(expected);
    });

  it('is written before anything is done: Opening, since now, and from where', () => {
    const { decision } = given(aPipeline(), due).when(start);
    assert.deepEqual(
      saidOf(decision).promotion,
      aRecord({ firstSettledAt: formatTime(minutes(-60)), repository: aRepository() }),
    );
    assert.equal(openedBy(decision).from, 'dev');
  });

  it('has succeeded when it is merged and its destination has settled on it', () => {
    const { decision } = given(remembering({ promotion: { ...open, state: 'Merged' } }), arrived).when(minutes(5));
    assert.equal(saidOf(decision).promotion?.state, 'Succeeded');
    assert.deepEqual(saidOf(decision).history, [
      {
        ...anEntry('6.1.5', 'Succeeded'),
        startedAt: formatTime(start),
        finishedAt: formatTime(minutes(5)),
        took: '5m',
      },
    ]);
  });

  it('has failed when its destination runs it and fails', () => {
    const failing = runs('prod', '6.1.5', {
      ready: { status: 'False', reason: 'TestFailed', message: 'tests failed' },
    });
    const { decision } = given(
      remembering({ promotion: { ...open, state: 'Merged' } }),
      runs('dev', '6.1.5'),
      failing,
    ).when(start);
    const { state, reason, message } = saidOf(decision).promotion ?? {};
    assert.deepEqual(
      [state, reason, message],
      ['Failed', 'DestinationFailed', 'podinfo in namespace podinfo of cluster apps/prod: tests failed'],
    );
  });

  it('follows an open pull request also when somebody brought the revision there by hand', () => {
    given(remembering({ promotion: open }), arrived)
      .when(start)
      .then({ actions: ['follow #7 of 6.1.5 in prod'], because: { prod: 'UpToDate' } });
  });

  it('asks whether an open pull request is needed once its destination has settled on the revision, and not before', () => {
    const asked = (prod: ReturnType<typeof runs>) => {
      const { decision } = given(remembering({ promotion: open }), [runs('dev', '6.1.5'), prod]).when(start);
      const [following] = decision.actions;
      assert.ok(following?.type === 'follow-pull-request');
      return following.arrived;
    };
    assert.deepEqual(
      [asked(runs('prod', '6.1.4')), asked(runs('prod', '6.1.5', { suspended: true })), asked(runs('prod', '6.1.5'))],
      [undefined, undefined, true],
    );
  });

  it('has succeeded when its pull request was not needed any more', () => {
    const { decision } = given(remembering({ promotion: open }), arrived).when(start);
    const [following] = decision.actions;
    assert.ok(following?.type === 'follow-pull-request');
    const { promotion } = following;
    const pullRequest = aPullRequest('closed');
    const status = record(decision.status, { type: 'nothing-to-change', promotion, pullRequest }, minutes(1));
    assert.equal(status.environments?.['prod']?.promotion?.state, 'Merged');
    const next = given(aPipeline({ status }), arrived).when(minutes(2)).then({ actions: [] });
    const { state, took } = saidOf(next).promotion ?? {};
    assert.deepEqual([state, took], ['Succeeded', '2m']);
  });

  it('finishes what was Opening when the revision is there already, since the pull request may be open', () => {
    given(remembering({ promotion: aRecord() }), arrived)
      .when(start)
      .then({ actions: ['open 6.1.5 in prod'] });
  });

  it('is bounded to ten ended promotions, the newest first', () => {
    const history = Array.from({ length: 10 }, (_, index) => anEntry(`6.0.${9 - index}`, 'Succeeded'));
    const merged = aRecord({ revision: '6.1.4', state: 'Merged' });
    const { decision } = given(remembering({ promotion: merged, history }), due).when(start);
    assert.deepEqual(
      saidOf(decision).history?.map(({ revision }) => revision),
      ['6.1.4', ...history.slice(0, 9).map(({ revision }) => revision)],
    );
  });

  it('of a Merged or a Failed one goes into the history as such when another revision begins', () => {
    for (const state of ['Merged', 'Failed'] as const) {
      const memory = { promotion: aRecord({ revision: '6.1.4', state }) };
      const { decision } = given(remembering(memory), runs('dev', '6.1.5'), runs('prod', '6.1.3')).when(start);
      assert.deepEqual(
        saidOf(decision).history?.map(({ revision, state: ended }) => [revision, ended]),
        [['6.1.4', state]],
      );
    }
  });

  describe('of what is superseded', () => {
    const superseded = (history: readonly PromotionHistoryEntry[], promotion = aRecord()) =>
      openedBy(given(remembering({ promotion, history: [...history] }), due).when(start).decision).supersedes;

    it('names every branch since the last that ended otherwise', () => {
      assert.deepEqual(
        superseded([
          anEntry('6.1.4', 'Superseded'),
          anEntry('6.1.3', 'Superseded'),
          anEntry('6.1.2', 'Succeeded'),
          anEntry('6.1.1', 'Superseded'),
        ]),
        ['promotions/apps/podinfo/prod/6.1.4', 'promotions/apps/podinfo/prod/6.1.3'],
      );
    });

    it('names none when none was left open', () => {
      assert.deepEqual(superseded([]), []);
      assert.deepEqual(superseded([anEntry('6.1.4', 'Closed'), anEntry('6.1.3', 'Superseded')]), []);
    });

    it('names also those that a promotion which failed has not come to close', () => {
      assert.deepEqual(superseded([anEntry('6.1.4', 'Failed'), anEntry('6.1.3', 'Superseded')]), [
        'promotions/apps/podinfo/prod/6.1.4',
        'promotions/apps/podinfo/prod/6.1.3',
      ]);
    });
  });

  describe('of an attempt that did not succeed', () => {
    const failed = (attempts: number) =>
      aRecord({
        attempts,
        reason: 'ForgeUnavailable',
        message: 'the forge answers 502',
        lastAttemptedTime: formatTime(start),
      });

    it('is tried again after a backoff that doubles up to its bound', () => {
      const waits = [1, 2, 3, 4, 6, 7, 100].map((attempts) => {
        const { decision } = given(remembering({ promotion: failed(attempts) }), due).when(start);
        assert.deepEqual(decision.actions, []);
        return (decision.wakeAt! - start) / 1000;
      });
      assert.deepEqual(waits, [5, 10, 20, 40, 160, 300, 300]);
    });

    it('says why it waits', () => {
      const decision = given(remembering({ promotion: failed(1) }), due)
        .when(seconds(4))
        .then({
          actions: [],
          because: { prod: 'RetryingLater' },
          saying: { prod: /^6\.1\.5 waits until 2026-03-02T10:00:05Z: the forge answers 502$/ },
        });
      assert.equal(conditionOf(decision, 'Ready'), 'False ForgeUnavailable: the forge answers 502');
      assert.match(conditionOf(decision, 'Reconciling') ?? '', /^True ProgressingWithRetry/);
    });

    it('is tried again when its time has come', () => {
      given(remembering({ promotion: failed(1) }), due)
        .when(seconds(5))
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('is not tried before the time that the forge has asked for', () => {
      const asked = {
        type: 'promotion-asked',
        pipeline: 'apps/podinfo',
        environment: 'prod',
        again: seconds(90),
      } as const;
      const { decision } = given(remembering({ promotion: failed(1) }), due, asked).when(seconds(30));
      assert.deepEqual([decision.actions, decision.wakeAt], [[], seconds(90)]);
    });

    it('does not hold a newer revision up', () => {
      given(remembering({ promotion: failed(9) }), runs('dev', '6.1.6'), runs('prod', '6.1.4'))
        .when(start)
        .then({ actions: ['open 6.1.6 in prod'] });
    });
  });

  describe('and a requested reconcile', () => {
    it('tries a failed promotion again', () => {
      const decision = given(remembering({ promotion: gaveUp(start) }, reconcile), due)
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
      assert.equal(saidOf(decision).promotion?.state, 'Opening');
      assert.equal(decision.status.lastHandledReconcileAt, '2026-03-02T10:00:00Z');
    });

    it('does not wait for a backoff, also after a restart', () => {
      const waiting = aRecord({ attempts: 5, reason: 'ForgeUnavailable', lastAttemptedTime: formatTime(start) });
      const { status } = given(remembering({ promotion: waiting }, reconcile), due)
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
      given(aPipeline({ status, ...reconcile }), due)
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('counts once', () => {
      const status = { ...remembers({ promotion: gaveUp(start) }), lastHandledReconcileAt: '2026-03-02T10:00:00Z' };
      given(aPipeline({ status, ...reconcile }), due)
        .when(start)
        .then({ actions: [], because: { prod: 'PromotionFailed' } });
    });

    it('reopens nothing that a person has closed', () => {
      given(remembering({ promotion: { ...open, state: 'Closed' } }, reconcile), due)
        .when(start)
        .then({ actions: [], because: { prod: 'PullRequestClosed' } });
    });

    it('is remembered when the annotation is gone', () => {
      const status = { lastHandledReconcileAt: 'yesterday' };
      const { decision } = given(aPipeline({ status }), due).when(start);
      assert.equal(decision.status.lastHandledReconcileAt, 'yesterday');
    });
  });

  it('does not ask the forge about an open pull request before it is time, and wakes then', () => {
    const asked = {
      type: 'promotion-asked',
      pipeline: 'apps/podinfo',
      environment: 'prod',
      again: seconds(60),
    } as const;
    const pipeline = remembering({ promotion: open });
    const early = given(pipeline, due, asked).when(seconds(59)).then({ actions: [] });
    assert.equal(early.wakeAt, seconds(60));
    given(pipeline, due, asked)
      .when(seconds(60))
      .then({ actions: ['follow #7 of 6.1.5 in prod'] });
  });
});
