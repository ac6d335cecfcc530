import assert from 'node:assert/strict';
import type { EnvironmentStatus, PromotionHistoryEntry, PromotionRecord } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import {
  aPipeline,
  aPullRequest,
  aRecord,
  minutes,
  pullRequests,
  remembers,
  runs,
  start,
} from '../support/builders.ts';
import { given, openedBy, saidOf } from '../support/given.ts';
import { memories } from '../support/memories.ts';

const facts = [runs('dev', '6.1.5'), runs('prod', '6.1.3')];
const retry = { 'pipelines.weave.works/retry.prod': '6.1.5' };
const approve = { 'pipelines.weave.works/approve.prod': '6.1.5' };
const at = minutes(5);
const anEntry = (entry: Partial<PromotionHistoryEntry>): PromotionHistoryEntry => ({
  revision: '6.1.5',
  from: 'dev',
  state: 'Closed',
  startedAt: formatTime(start),
  finishedAt: formatTime(start),
  ...entry,
});
const another = (record: Partial<PromotionRecord>): EnvironmentStatus => ({
  promotion: aRecord({ revision: '6.1.4', ...record }),
});
const begun = (memory: EnvironmentStatus, parts: Parameters<typeof aPipeline>[0] = {}) =>
  given(aPipeline({ ...parts, status: remembers(memory) }), facts).when(at).decision;

describe('a promotion that begins', () => {
  const earlier = formatTime(start);
  const now = formatTime(at);
  const branch = 'promotions/apps/podinfo/prod/6.1.5';
  /** What is remembered, whether it is asked for anew, since when the record is, and its branch. */
  const table: readonly (readonly [string, EnvironmentStatus, anew: boolean, since: string, branch: string])[] = [
    ['for the first time begins now', {}, false, now, branch],
    ['goes on where it is Opening', memories.Opening, false, earlier, branch],
    ['goes on where it is Opening, asked for anew or not', memories.Opening, true, earlier, branch],
    ['goes on where it was given up and is asked for anew', memories['given up'], true, earlier, branch],
    [
      'begins on the same branch where it was given up before another',
      memories['given up before another'],
      false,
      now,
      branch,
    ],
    ['gets a branch of its own after a close', memories.Closed, true, now, `${branch}=r1`],
    ['gets a branch of its own after a merge', memories.Merged, true, now, `${branch}=r1`],
    ['gets a branch of its own after it failed there', memories['failed there'], true, now, `${branch}=r1`],
    ['gets a branch of its own after it succeeded', memories.Succeeded, true, now, `${branch}=r1`],
    ['gets a branch of its own after it was superseded', memories.Superseded, true, now, `${branch}=r1`],
    ['gets a branch of its own after a rejection', memories.Rejected, true, now, `${branch}=r1`],
    ['counts on from the second', { promotion: aRecord({ state: 'Closed', retry: 1 }) }, true, now, `${branch}=r2`],
    [
      'counts from the highest that is remembered',
      {
        history: [anEntry({}), anEntry({ retry: 4 }), anEntry({ retry: 3 }), anEntry({ revision: '6.1.4', retry: 9 })],
      },
      true,
      now,
      `${branch}=r5`,
    ],
    [
      'takes the number of one that was given up, since it was never made',
      { history: [anEntry({ state: 'Failed', retry: 2 }), anEntry({ retry: 1 })] },
      true,
      now,
      `${branch}=r2`,
    ],
  ];
  for (const [name, memory, anew, since, expected] of table)
    it(name, () => {
      const decision = begun(memory, anew ? { annotations: retry } : {});
      const { promotion } = saidOf(decision);
      assert.equal(openedBy(decision).text.branch, expected);
      assert.deepEqual([promotion?.state, promotion?.startedAt], ['Opening', since]);
      assert.equal(promotion?.reason, memory === memories['given up'] ? 'NoMarker' : undefined);
    });

  it('is told apart from those of which nothing is remembered, which may have been made before', () => {
    const forgotten = (memory: EnvironmentStatus, annotations = {}) =>
      openedBy(begun(memory, { annotations })).forgotten ?? false;
    assert.equal(forgotten({}), true);
    assert.equal(forgotten(memories.Opening), true);
    assert.equal(forgotten(another({ state: 'Merged' })), true);
    assert.equal(forgotten(memories['given up before another']), true);
    assert.equal(forgotten(memories.Closed, retry), false);
    assert.equal(forgotten({ promotion: aRecord({ state: 'Opening', retry: 1 }) }), false);
  });

  const replaced: readonly (readonly [EnvironmentStatus, readonly string[]])[] = [
    [another({}), ['Superseded']],
    [another({ state: 'Open', pullRequest: aPullRequest() }), ['Superseded']],
    [another({ state: 'Merged' }), ['Merged']],
    [another({ state: 'Failed', reason: 'NoMarker' }), ['Failed NoMarker']],
    [another({ state: 'Failed' }), ['Failed']],
    [another({ state: 'Closed' }), []],
    [another({ state: 'Superseded' }), []],
    [another({ state: 'Succeeded' }), []],
  ];
  for (const [memory, expected] of replaced)
    it(`leaves of one that was ${memory.promotion?.state}: ${expected.join() || 'what its end has left'}`, () => {
      const { history = [] } = saidOf(begun(memory));
      assert.deepEqual(
        history.map(({ state, reason }) => [state, reason].filter(Boolean).join(' ')),
        expected,
      );
    });

  describe('and its approval', () => {
    const manual = { ...pullRequests, manual: true };
    const approval = { at: formatTime(start), by: 'jane' };
    it('is kept with it, with its time, and with the name where there is one', () => {
      assert.deepEqual(saidOf(begun({}, { promotion: manual, annotations: approve })).promotion?.approval, { at: now });
      const annotations = { ...approve, 'pipelines.weave.works/approved-by.prod': 'jane' };
      assert.deepEqual(saidOf(begun({}, { promotion: manual, annotations })).promotion?.approval, {
        at: now,
        by: 'jane',
      });
    });

    it('is not written down where none is needed', () => {
      assert.equal(saidOf(begun({}, { annotations: approve })).promotion?.approval, undefined);
    });

    it('stays as it was given while the promotion goes on, also when a second one is given', () => {
      for (const memory of [{}, { state: 'Failed', reason: 'NoMarker' }] as const) {
        const decision = begun(
          { promotion: aRecord({ ...memory, approval }) },
          { promotion: manual, annotations: { ...approve, ...retry } },
        );
        assert.deepEqual(saidOf(decision).promotion?.approval, approval);
      }
    });

    it('does not go on to the next branch', () => {
      const closed = aRecord({ state: 'Closed', approval });
      const { decision } = given(
        aPipeline({ promotion: manual, annotations: retry, status: remembers({ promotion: closed }) }),
        facts,
      ).when(at);
      assert.deepEqual(decision.actions, []);
    });
  });
});
