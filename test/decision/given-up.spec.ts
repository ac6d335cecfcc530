import assert from 'node:assert/strict';
import { announce } from '../../src/decision/announce.ts';
import type { Decision } from '../../src/decision/decide.ts';
import { record } from '../../src/decision/record.ts';
import type { PipelineStatus } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import { aFailure, aPipeline, aPullRequest, gaveUp, minutes, remembers, runs, start } from '../support/builders.ts';
import { conditionOf, given, openedBy, saidOf } from '../support/given.ts';

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

  it('begins anew at once when the spec has changed, which may be what had to be mended', () => {
    const decision = decideAt(minutes(1), { ...failed, observedGeneration: generation - 1 });
    assert.equal(openedBy(decision).revision, '6.1.5');
    const { attempts, failedSince } = saidOf(decision).promotion ?? {};
    assert.deepEqual([attempts, failedSince], [undefined, undefined]);
    assert.ok(words(failed, decision.status).includes('PromotionOpening'));
  });

  it('begins anew when a person asks for it, and is told of again', () => {
    const annotations = { 'pipelines.weave.works/retry.prod': '6.1.5' };
    const decision = decideAt(minutes(1), failed, { annotations });
    assert.equal(saidOf(decision).promotion?.failedSince, undefined);
    assert.ok(words(failed, decision.status).includes('PromotionOpening'));
  });

  it('is not tried again while its Pipeline is suspended, and stays Stalled', () => {
    const decision = decideAt(again, failed, { suspend: true });
    assert.deepEqual([decision.actions, decision.wakeAt], [[], undefined]);
    assert.equal(saidOf(decision).promotion?.state, 'Failed');
    assert.match(conditionOf(decision, 'Stalled') ?? '', /^True NoMarker: no marker/);
  });
});
