import assert from 'node:assert/strict';
import type { PromotionSpec } from '../../../src/model/pipeline-spec.ts';
import { aPipeline, anEnvironment, aRecord, aTarget, minutes, pullRequests } from '../../support/builders.ts';
import { remembers, runs, seconds, start, type PipelineParts } from '../../support/builders.ts';
import { formatTime } from '../../../src/model/time.ts';
import { conditionOf, given, saidOf, type Expected } from '../../support/given.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const withPromotion = (promotion: PromotionSpec, parts: PipelineParts = {}) =>
  aPipeline({ promotion: { ...pullRequests, ...promotion }, ...parts });
const promotes: Expected = { actions: ['open 6.1.5 in prod'] };
const annotated = (verb: 'approve' | 'reject', revision: string) => ({
  annotations: { [`pipelines.weave.works/${verb}.prod`]: revision },
});
const earlier = {
  ...{ revision: '6.1.4', from: 'dev', state: 'Succeeded' as const },
  ...{ startedAt: formatTime(minutes(-90)), finishedAt: formatTime(minutes(-80)) },
};
const healthyFor = (count: number) => ({ ready: { since: minutes(-count) }, deployed: { lastDeployed: minutes(-60) } });

describe('the gates', () => {
  const answers: readonly (readonly [string, ReturnType<typeof aPipeline>, Expected])[] = [
    ['nothing suspended', aPipeline({ suspend: false }), promotes],
    [
      'a suspended Pipeline',
      aPipeline({ suspend: true }),
      { actions: [], because: { prod: 'Suspended' }, saying: { prod: /^6\.1\.5 waits: the Pipeline is suspended$/ } },
    ],
    [
      'a suspended environment',
      aPipeline({ environments: [anEnvironment('dev'), anEnvironment('prod', { suspend: true })] }),
      { actions: [], because: { prod: 'Suspended' }, saying: { prod: /environment prod is suspended/ } },
    ],
    [
      'a suspended source, out of which promotions go on',
      aPipeline({ environments: [anEnvironment('dev', { suspend: true }), anEnvironment('prod')] }),
      promotes,
    ],
    ['a range with the version', withPromotion({ versions: '>=6.0.0 <7.0.0-0' }), promotes],
    [
      'a range without the version',
      withPromotion({ versions: '<6.1.5' }),
      { actions: [], because: { prod: 'VersionOutOfRange' }, saying: { prod: /does not satisfy versions "<6\.1\.5"/ } },
    ],
    [
      'a range that is none',
      withPromotion({ versions: 'newest' }),
      {
        actions: [],
        because: { prod: 'InvalidField' },
        saying: { prod: /versions: "newest" is no semver range; correct it/ },
      },
    ],
    [
      'windows of which none ever opens',
      withPromotion({
        windows: [
          { kind: 'Allow', schedule: '0 9 * * *', duration: '8h' },
          { kind: 'Deny', schedule: '@daily', duration: '25h' },
        ],
      }),
      { actions: [], because: { prod: 'NoWindow' }, saying: { prod: /Deny "@daily" for 25h/ } },
    ],
    [
      'no strategy',
      aPipeline({ promotion: {} }),
      { actions: [], because: { prod: 'NoStrategy' }, saying: { prod: /names no promotion strategy/ } },
    ],
    [
      'a promotion block of its own, which replaces the one of the Pipeline',
      aPipeline({ environments: [anEnvironment('dev'), anEnvironment('prod', { promotion: { manual: false } })] }),
      { actions: [], because: { prod: 'NoStrategy' } },
    ],
    ['an approval that is not asked for', withPromotion({ manual: false }), promotes],
    [
      'an approval that nobody gave',
      withPromotion({ manual: true }),
      { actions: [], because: { prod: 'ApprovalRequired' } },
    ],
    [
      'the approval, which is taken off then',
      withPromotion({ manual: true }, annotated('approve', '6.1.5')),
      { actions: ['open 6.1.5 in prod', 'remove approve.prod=6.1.5'] },
    ],
    [
      'the approval of another revision',
      withPromotion({ manual: true }, annotated('approve', '6.1.50')),
      { actions: [], because: { prod: 'ApprovalRequired' } },
    ],
    [
      'a rejection, also without an approval to give',
      withPromotion({}, { ...annotated('reject', '6.1.5'), status: remembers({ history: [earlier] }) }),
      {
        actions: ['remove reject.prod=6.1.5'],
        because: { prod: 'Rejected' },
        saying: { prod: /^6\.1\.5 was rejected for prod; .* pipelines\.weave\.works\/retry\.prod=6\.1\.5$/ },
      },
    ],
    [
      'a rejection after the promotion began, since a pull request may be open',
      withPromotion({}, { ...annotated('reject', '6.1.5'), status: remembers({ promotion: aRecord() }) }),
      { actions: ['close 6.1.5 in prod'], because: { prod: 'Rejecting' } },
    ],
    ['the rejection of another revision', withPromotion({}, annotated('reject', '6.1.6')), promotes],
    [
      'an approval that was given when the promotion began',
      withPromotion(
        { manual: true },
        { status: remembers({ promotion: aRecord({ approval: { at: formatTime(start), by: 'jane' } }) }) },
      ),
      promotes,
    ],
    [
      'a promotion that has begun before an approval was asked for',
      withPromotion({ manual: true }, { status: remembers({ promotion: aRecord() }) }),
      { actions: [], because: { prod: 'ApprovalRequired' } },
    ],
    [
      'a gate that was closed after the promotion began',
      aPipeline({ suspend: true, status: remembers({ promotion: aRecord() }) }),
      { actions: [], because: { prod: 'Suspended' } },
    ],
  ];
  for (const [name, pipeline, expected] of answers)
    it(`answer to ${name}: ${expected.because?.['prod'] ?? 'promote'}`, () => {
      given(pipeline, due).when(start).then(expected);
    });

  it('say with which command to approve', () => {
    const { decision } = given(withPromotion({ manual: true }), due).when(start);
    assert.equal(
      saidOf(decision).message,
      '6.1.5 waits for approval, healthy in dev since 2026-03-02T09:00:00Z: kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/approve.prod=6.1.5',
    );
    assert.deepEqual(saidOf(decision).waitingApproval, { revision: '6.1.5' });
  });

  for (const [length, says] of [
    [55, /annotate .* pipelines\.weave\.works\/approve\.e{55}=6\.1\.5$/],
    [56, /: not possible by annotation: the name of environment e{56} has more than 55 characters; shorten it$/],
    [63, /: not possible by annotation: the name of environment e{63} has more than 55 characters; shorten it$/],
  ] as const)
    it(`say how to approve an environment whose name has ${length} characters`, () => {
      const name = 'e'.repeat(length);
      const environments = [anEnvironment('dev'), anEnvironment(name, { targets: [aTarget('prod')] })];
      given(withPromotion({ manual: true }, { environments }), due)
        .when(start)
        .then({ actions: [], because: { [name]: 'ApprovalRequired' }, saying: { [name]: says } });
    });

  it('let a pre-release pass only where the range names one', () => {
    const candidate = [runs('dev', '6.2.0-rc.1'), runs('prod', '6.1.4')];
    const because = (versions: string) =>
      given(withPromotion({ versions }), candidate).when(start).decision.judgements[1]?.reason;
    assert.deepEqual(['>=6.0.0', '>=6.2.0-0'].map(because), ['VersionOutOfRange', 'PromotionDue']);
  });

  it('name what is pending in a condition', () => {
    const { decision } = given(withPromotion({ versions: '<6' }), due).when(start);
    assert.match(conditionOf(decision, 'PromotionPending') ?? '', /^True VersionOutOfRange: prod: 6\.1\.5 is not/);
  });

  it('ask a person last', () => {
    const everything = withPromotion({ manual: true, soak: '2h', versions: '<6', strategy: {} }, { suspend: true });
    const reasons = [
      [everything, 'Suspended'],
      [{ ...everything, spec: { ...everything.spec, suspend: false } }, 'NoStrategy'],
      [withPromotion({ manual: true, soak: '2h', versions: '<6' }), 'VersionOutOfRange'],
      [withPromotion({ manual: true, soak: '2h' }), 'Soaking'],
      [withPromotion({ manual: true, soak: '1h' }), 'ApprovalRequired'],
    ] as const;
    for (const [pipeline, reason] of reasons)
      given(pipeline, due)
        .when(start)
        .then({ because: { prod: reason } });
  });

  describe('of soak', () => {
    it('waits until the source has been healthy long enough, and then promotes', () => {
      const pipeline = withPromotion({ soak: '30m' });
      const facts = [runs('dev', '6.1.5', healthyFor(12)), runs('prod', '6.1.4')];
      const decision = given(pipeline, facts)
        .when(start)
        .then({
          actions: [],
          because: { prod: 'Soaking' },
          saying: { prod: /^6\.1\.5 waits until 2026-03-02T10:18:00Z: dev must have been healthy for 30m/ },
        });
      assert.equal(decision.wakeAt, minutes(18));
      given(pipeline, facts)
        .when(minutes(18) - 1)
        .then({ actions: [] });
      given(pipeline, facts).when(minutes(18)).then(promotes);
    });

    it('counts from the deployment when Ready is older', () => {
      const facts = [runs('dev', '6.1.5', { deployed: { lastDeployed: minutes(-5) } }), runs('prod', '6.1.4')];
      const { decision } = given(withPromotion({ soak: '30m' }), facts).when(start);
      assert.equal(decision.wakeAt, minutes(25));
    });

    it('waits for the target that has been healthy for the shortest time', () => {
      const targets = [aTarget('dev'), aTarget('dev-two')];
      const environments = [anEnvironment('dev', { targets }), anEnvironment('prod')];
      const facts = [runs('dev', '6.1.5'), runs('dev-two', '6.1.5', healthyFor(3)), runs('prod', '6.1.4')];
      const { decision } = given(withPromotion({ soak: '30m' }, { environments }), facts).when(start);
      assert.equal(decision.wakeAt, minutes(27));
    });

    it('is not started again by a short loss of sight', () => {
      const facts = [
        ...due,
        {
          type: 'cluster-lost',
          cluster: 'apps/dev',
          failure: { remedy: 'retry', reason: 'Lost', message: '' },
          at: start,
        },
        { type: 'cluster-resumed', cluster: 'apps/dev', at: seconds(10) },
      ] as const;
      given(withPromotion({ soak: '1h' }), facts)
        .when(seconds(10))
        .then(promotes);
    });

    it('says so when it is no duration', () => {
      given(withPromotion({ soak: '1h' }), due)
        .when(start)
        .then(promotes);
      const pipeline = withPromotion({});
      const promotion = { ...pullRequests, soak: 'long' };
      given({ ...pipeline, spec: { ...pipeline.spec, promotion } }, due)
        .when(start)
        .then({
          actions: [],
          because: { prod: 'InvalidField' },
          saying: { prod: /soak: "long" is no duration; correct it/ },
        });
    });
  });

  describe('of fields that hold nothing', () => {
    it('does not hold for an empty list of windows', () => {
      given(withPromotion({ windows: [] }), due)
        .when(start)
        .then(promotes);
    });

    it('is no webhook key', () => {
      const strategyWithKey = { ...pullRequests.strategy, secretRef: { name: 'hmac' } };
      const environments = [
        anEnvironment('dev'),
        anEnvironment('prod', { promotion: { ...pullRequests, strategy: strategyWithKey } }),
      ];
      const decision = given(aPipeline({ environments }), due).when(start).then(promotes);
      assert.equal(conditionOf(decision, 'NotHonoured'), undefined);
    });
  });

  it('let a downgrade pass where it is allowed', () => {
    const older = [runs('dev', '6.1.3'), runs('prod', '6.1.4')];
    given(withPromotion({ allowDowngrade: true }), older)
      .when(start)
      .then({ actions: ['open 6.1.3 in prod'] });
  });

  it('let a version that cannot be compared pass where a downgrade is allowed', () => {
    const odd = [runs('dev', 'today'), runs('prod', '6.1.4')];
    given(withPromotion({ allowDowngrade: true }), odd)
      .when(start)
      .then({ actions: ['open today in prod'] });
  });
});
