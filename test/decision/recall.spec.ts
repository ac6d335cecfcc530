import assert from 'node:assert/strict';
import type { Fact } from '../../src/model/fact.ts';
import type { EnvironmentStatus } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import { anEnvironment, aPipeline, aPullRequest, aRecord, aTarget, isLost, minutes } from '../support/builders.ts';
import { pullRequests, remembers, runs, start } from '../support/builders.ts';
import { given, inWords, saidOf } from '../support/given.ts';
import { memories } from '../support/memories.ts';

type Memory = keyof typeof memories;

const dev = runs('dev', '6.1.5');
const two = {
  environments: [anEnvironment('dev'), anEnvironment('prod', { targets: [aTarget('eu'), aTarget('us')] })],
};
const at = minutes(5);

/** What is remembered: the promotion by state and reason, then what has ended. */
const inShort = ({ promotion, history = [] }: EnvironmentStatus): string =>
  [...(promotion ? [promotion] : []), ...history]
    .map(({ revision, state, reason }) => [revision, state, reason].filter(Boolean).join(' '))
    .join(' | ');

const after = (parts: Parameters<typeof aPipeline>[0], facts: readonly Fact[]) =>
  given(aPipeline(parts), facts).when(at).decision;

describe('what is remembered, brought up to what is seen', () => {
  const failed = { ready: { status: 'False', reason: 'UpgradeFailed', message: 'timed out' } } as const;
  const back = { ...failed, attempted: '6.1.5', lastAttemptedRevision: '6.1.5', remediated: true };
  const table: readonly (readonly [string, Memory, parts: Parameters<typeof aPipeline>[0], readonly Fact[], string])[] =
    [
      ['settled', 'Merged', {}, [runs('prod', '6.1.5')], '6.1.5 Succeeded | 6.1.5 Succeeded'],
      ['on its way', 'Merged', {}, [runs('prod', '6.1.5', { observedGeneration: 2 })], '6.1.5 Merged'],
      ['not there yet', 'Merged', {}, [runs('prod', '6.1.4')], '6.1.5 Merged'],
      ['failing on it', 'Merged', {}, [runs('prod', '6.1.5', failed)], '6.1.5 Failed DestinationFailed'],
      [
        'failing before it was deployed',
        'Merged',
        {},
        [runs('prod', '6.1.4', { ...failed, attempted: '6.1.5' })],
        '6.1.5 Failed DestinationFailed',
      ],
      [
        'given up, and the destination fails on it by a person’s hand',
        'given up',
        {},
        [runs('prod', '6.1.4', { ...failed, attempted: '6.1.5' })],
        '6.1.5 Failed NoMarker',
      ],
      ['rolled back', 'Merged', {}, [runs('prod', '6.1.4', back)], '6.1.5 Failed RolledBack'],
      ['failing on what ran before', 'Merged', {}, [runs('prod', '6.1.4', failed)], '6.1.5 Merged'],
      ['settled in one of two', 'Merged', two, [runs('eu', '6.1.5'), runs('us', '6.1.4')], '6.1.5 Merged'],
      [
        'failing in one of two',
        'Merged',
        two,
        [runs('eu', '6.1.5'), runs('us', '6.1.5', failed)],
        '6.1.5 Failed DestinationFailed',
      ],
      [
        'out of sight, failing',
        'Merged',
        {},
        [runs('prod', '6.1.5', failed), isLost('prod', minutes(4))],
        '6.1.5 Merged',
      ],
      ['out of sight, settled', 'Merged', {}, [runs('prod', '6.1.5'), isLost('prod', minutes(4))], '6.1.5 Merged'],
      ['mended', 'failed there', {}, [runs('prod', '6.1.5')], '6.1.5 Succeeded | 6.1.5 Succeeded'],
      ['failing still', 'failed there', {}, [runs('prod', '6.1.5', failed)], '6.1.5 Failed DestinationFailed'],
      ['brought there by a person', 'given up', {}, [runs('prod', '6.1.5')], '6.1.5 Succeeded | 6.1.5 Succeeded'],
      ['settled, and its pull request is open', 'Open', {}, [runs('prod', '6.1.5')], '6.1.5 Open'],
      ['failing, and its pull request is open', 'Open', {}, [runs('prod', '6.1.5', failed)], '6.1.5 Open'],
      ['settled again', 'Succeeded', {}, [runs('prod', '6.1.5')], '6.1.5 Succeeded | 6.1.5 Succeeded'],
      ['failing later', 'Succeeded', {}, [runs('prod', '6.1.5', failed)], '6.1.5 Succeeded | 6.1.5 Succeeded'],
    ];
  for (const [name, memory, parts, facts, expected] of table)
    it(`${memory}, and the destination is ${name}: ${expected}`, () => {
      const decision = after({ ...parts, status: remembers(memories[memory]) }, [dev, ...facts]);
      assert.equal(inShort(saidOf(decision)), expected);
    });

  it('says where and why a rollout was taken back', () => {
    const decision = after({ status: remembers(memories.Merged) }, [dev, runs('prod', '6.1.4', back)]);
    assert.equal(
      saidOf(decision).message,
      '6.1.5 has failed in prod: podinfo in namespace podinfo of cluster apps/prod was rolled back to 6.1.4: timed out; mend it there, or promote another version',
    );
  });

  it('tells how long the whole took', () => {
    const decision = after({ status: remembers(memories.Merged) }, [dev, runs('prod', '6.1.5')]);
    const { promotion, history } = saidOf(decision);
    assert.deepEqual([promotion?.took, history?.[0]?.took, history?.[0]?.finishedAt], ['5m', '5m', formatTime(at)]);
  });
});

describe('what is remembered, when a reconcile is requested', () => {
  const request = { 'reconcile.fluxcd.io/requestedAt': 'now' };
  const old = runs('prod', '6.1.4');
  const waiting = {
    promotion: aRecord({ attempts: 3, reason: 'ForgeUnavailable', message: '502', lastAttemptedTime: formatTime(at) }),
  };
  const table: readonly (readonly [string, EnvironmentStatus, handled: string, string])[] = [
    ['given up: it is tried again', memories['given up'], 'before', '6.1.5 Opening NoMarker'],
    ['waiting for its next attempt: it does not wait', waiting, 'before', '6.1.5 Opening ForgeUnavailable'],
    ['failed there: it was made already', memories['failed there'], 'before', '6.1.5 Failed DestinationFailed'],
    ['closed: it stays so', memories.Closed, 'before', '6.1.5 Closed | 6.1.5 Closed'],
    ['open: it stays so', memories.Open, 'before', '6.1.5 Open'],
    ['given up, and this request was acted upon', memories['given up'], 'now', '6.1.5 Failed NoMarker'],
  ];
  for (const [name, memory, lastHandledReconcileAt, expected] of table)
    it(name, () => {
      const status = { ...remembers(memory), lastHandledReconcileAt };
      const decision = after({ annotations: request, status }, [dev, old]);
      assert.equal(inShort(saidOf(decision)), expected);
      const { state, lastAttemptedTime } = saidOf(decision).promotion ?? {};
      if (state === 'Opening') assert.equal(lastAttemptedTime, undefined);
    });
});

describe('what is remembered, when the version is rejected', () => {
  const reject = { 'pipelines.weave.works/reject.prod': '6.1.5' };
  const other = aRecord({ revision: '6.1.4', state: 'Open', pullRequest: aPullRequest('open', '6.1.4') });
  const old = runs('prod', '6.1.3');
  const [entry] = memories.Succeeded.history ?? [];
  assert.ok(entry);
  const table: readonly (readonly [string, EnvironmentStatus, readonly Fact[], string, readonly string[]])[] = [
    [
      'nothing at all is remembered: a forgotten pull request may be open, and is looked for first',
      memories.nothing,
      [dev, old],
      '6.1.5 Opening',
      ['close'],
    ],
    [
      'nothing has come of it',
      { history: [{ ...entry, revision: '6.1.2' }] },
      [dev, old],
      '6.1.5 Closed Rejected | 6.1.2 Succeeded',
      ['remove'],
    ],
    [
      'it was given up: an attempt may have come further than it told',
      memories['given up'],
      [dev, old],
      '6.1.5 Opening',
      ['close'],
    ],
    [
      'it was given up before another one',
      memories['given up before another'],
      [dev, old],
      '6.1.5 Closed Rejected | 6.1.5 Failed NoMarker',
      ['remove'],
    ],
    [
      'another one is open, which stays so',
      { promotion: other },
      [dev, old],
      '6.1.4 Open | 6.1.5 Closed Rejected',
      ['follow', 'remove'],
    ],
    ['its pull request may be open: that is closed first', memories.Opening, [dev, old], '6.1.5 Opening', ['close']],
    ['its pull request is open: that is closed first', memories.Open, [dev, old], '6.1.5 Open', ['close']],
    ['it is merged', memories.Merged, [dev, old], '6.1.5 Merged', ['remove']],
    ['it has succeeded before', { history: memories.Succeeded.history }, [dev, old], '6.1.5 Succeeded', ['remove']],
    ['it runs there', memories.nothing, [dev, runs('prod', '6.1.5')], '', ['remove']],
    ['it cannot be seen whether it is offered', memories.nothing, [dev, old, isLost('dev', minutes(4))], '', []],
    ['another one is offered', memories.nothing, [runs('dev', '6.1.6'), old], '6.1.6 Opening', ['open']],
  ];
  for (const [name, memory, facts, expected, actions] of table)
    it(`${name}: ${expected}`, () => {
      const first = after({ annotations: reject, status: remembers(memory) }, facts);
      assert.equal(inShort(saidOf(first)), expected);
      assert.deepEqual(
        first.actions.map((action) => inWords(action).split(' ')[0]),
        actions,
      );
      const again = after({ annotations: reject, status: first.status }, facts);
      assert.equal(inShort(saidOf(again)), expected, 'a second look finds the same');
    });

  it('in one look also where it is older, was given up long ago, and stands in the history only', () => {
    const pipeline = aPipeline({
      environments: [anEnvironment('dev'), anEnvironment('staging')],
      promotion: { ...pullRequests, allowDowngrade: true },
      annotations: { 'pipelines.weave.works/reject.staging': '6.1.3' },
      status: {
        environments: {
          staging: {
            history: [
              {
                revision: '6.1.3',
                from: 'dev',
                state: 'Failed',
                startedAt: formatTime(start),
                finishedAt: formatTime(start),
              },
            ],
          },
        },
      },
    });
    const facts = [runs('dev', '6.1.3'), runs('staging', '6.1.5')];
    const first = given(pipeline, facts)
      .when(start)
      .then({ actions: ['remove reject.staging=6.1.3'], because: { staging: 'Rejected' } });
    assert.equal(inShort(saidOf(first, 'staging')), '6.1.3 Closed Rejected | 6.1.3 Failed');
    const again = given({ ...pipeline, status: first.status }, facts)
      .when(start)
      .then({ because: { staging: 'Rejected' } });
    assert.deepEqual(again.status, first.status);
  });
});
