import assert from 'node:assert/strict';
import { announce } from '../../src/decision/announce.ts';
import type { Reason } from '../../src/decision/judgement.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { aFailure, anEnvironment, aPipeline, aPullRequest, aRecord, aTarget } from '../support/builders.ts';
import { clusterNamed, isEmpty, isLost, isOpening, minutes, notifications, pullRequests } from '../support/builders.ts';
import { remembers, runs, start, type PipelineParts } from '../support/builders.ts';
import { given, openedBy, saidOf, type Expected } from '../support/given.ts';

const manual = { ...pullRequests, manual: true };
const approves = (environment: string, revision: string) => ({
  annotations: { [`pipelines.weave.works/approve.${environment}`]: revision },
});
const three = [anEnvironment('dev'), anEnvironment('staging'), anEnvironment('prod')];
const twoSources = aPipeline({
  environments: [anEnvironment('dev', { targets: [aTarget('eu'), aTarget('us')] }), anEnvironment('prod')],
});
const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const prod = runs('prod', '6.1.3');
const refused: Fact = { type: 'cluster-refused', cluster: clusterNamed('us'), failure: aFailure() };
const toldOf615 = (succeeded: boolean) =>
  aPipeline({
    status: {
      environments: {
        dev: {
          evidence: {
            'apps/dev podinfo/podinfo': {
              ...(succeeded ? { revision: '6.1.5' } : {}),
              attempted: '6.1.5',
              succeeded,
              reason: succeeded ? 'UpgradeSucceeded' : 'UpgradeFailed',
              message: 'Helm upgrade',
              at: '2026-03-02T09:00:00Z',
            },
          },
        },
      },
    },
  });
const failing = { ready: { status: 'False', reason: 'UpgradeFailed', message: 'timed out' } } as const;
/** What a Flux of today says of a release whose spec names a range, and which runs 6.1.5, or has not run anything yet. */
const aRange = (deployed: boolean): Fact => ({
  type: 'releases-listed',
  cluster: clusterNamed('dev'),
  at: minutes(-90),
  releases: [
    projectHelmRelease({
      metadata: { namespace: 'podinfo', name: 'podinfo', uid: 'release-uid', generation: 1 },
      spec: { chart: { spec: { chart: 'podinfo', version: '6.x' } } },
      status: {
        observedGeneration: 1,
        lastAttemptedRevision: '6.1.5',
        conditions: [
          { type: 'Ready', status: 'True', reason: 'InstallSucceeded', lastTransitionTime: '2026-03-02T09:00:00Z' },
        ],
        ...(deployed
          ? { history: [{ status: 'deployed', chartVersion: '6.1.5', lastDeployed: '2026-03-02T09:00:00Z' }] }
          : {}),
      },
    }),
  ],
});

const promotes = (revision: string): Expected => ({ actions: [`open ${revision} in prod`] });
const because = (reason: Reason): Expected => ({
  actions: [],
  because: { prod: reason },
});

/** What earlier tools got wrong, by one look: the trap, the same without it, and what happens. */
const traps: readonly (readonly [trap: string, pipeline: Pipeline, facts: readonly Fact[], Expected])[] = [
  ['a signed event of success, which promotes', toldOf615(true), [prod], promotes('6.1.5')],
  ['a signed event of failure, which names a revision too', toldOf615(false), [prod], because('SourceNotSettled')],
  [
    'a failed attempt, whose object names its revision',
    aPipeline(),
    [runs('dev', '6.1.4', { ...failing, lastAttemptedRevision: '6.1.5', attempted: '6.1.5' }), prod],
    because('SourceNotSettled'),
  ],
  [
    'an upgrade that failed after it was deployed',
    aPipeline(),
    [runs('dev', '6.1.5', failing), prod],
    because('SourceNotSettled'),
  ],
  ['a newer revision, which promotes', aPipeline(), due, promotes('6.1.5')],
  ['an older revision', aPipeline(), [runs('dev', '6.1.2'), prod], because('Downgrade')],
  [
    'an older revision by number, newer by letter',
    aPipeline(),
    [runs('dev', '6.1.9'), runs('prod', '6.1.10')],
    because('Downgrade'),
  ],
  ['a revision that the destination runs', aPipeline(), [runs('dev', '6.1.3'), prod], because('UpToDate')],
  [
    'a revision that the destination runs under a digest',
    aPipeline(),
    [
      runs('dev', '6.1.3'),
      runs('prod', '6.1.3+0cc9a8446c95', {
        deployed: { ociDigest: 'sha256:0cc9a8446c95009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5' },
      }),
    ],
    because('UpToDate'),
  ],
  [
    'a revision in both source targets, which promotes',
    twoSources,
    [runs('eu', '6.1.5'), runs('us', '6.1.5'), prod],
    promotes('6.1.5'),
  ],
  [
    'a revision in one of two source targets',
    twoSources,
    [runs('eu', '6.1.5'), runs('us', '6.1.4'), prod],
    because('SourcesDisagree'),
  ],
  [
    'a revision in one, and nothing in the other',
    twoSources,
    [runs('eu', '6.1.5'), isEmpty('us'), prod],
    because('SourceNotSettled'),
  ],
  ['a range of the spec, resolved by what is deployed', aPipeline(), [aRange(true), prod], promotes('6.1.5')],
  ['a range of the spec, and nothing deployed yet', aPipeline(), [aRange(false), prod], because('SourceNotSettled')],
  [
    'an attempt that has begun: the old version runs, and is Ready',
    aPipeline(),
    [runs('dev', '6.1.4', { lastAttemptedRevision: '6.1.5' }), prod],
    because('SourceNotSettled'),
  ],
  [
    'the Ready of a generation before',
    aPipeline(),
    [runs('dev', '6.1.5', { generation: 4 }), prod],
    because('SourceNotSettled'),
  ],
  [
    'the Ready of a suspended release',
    aPipeline(),
    [runs('dev', '6.1.5', { suspended: true }), prod],
    because('SourceNotSettled'),
  ],
  [
    'the Ready of a release that is being deleted',
    aPipeline(),
    [runs('dev', '6.1.5', { deleting: true }), prod],
    because('SourceNotSettled'),
  ],
  ['a source target that is refused', twoSources, [runs('eu', '6.1.5'), refused, prod], because('ClusterUnseen')],
  ['a source target that is not registered', twoSources, [runs('eu', '6.1.5'), prod], because('ClusterUnseen')],
  [
    'a source target that has not answered',
    twoSources,
    [runs('eu', '6.1.5'), isOpening('us', minutes(-1)), prod],
    because('ClusterUnseen'),
  ],
  [
    'a source target that agreed when it was last seen',
    twoSources,
    [runs('eu', '6.1.5'), runs('us', '6.1.5'), isLost('us', minutes(-1)), prod],
    because('ClusterUnseen'),
  ],
  ['a destination that cannot be seen', aPipeline(), [...due, isLost('prod', minutes(-1))], because('ClusterUnseen')],
];

describe('a known trap of promotion tools', () => {
  for (const [name, pipeline, facts, expected] of traps)
    it(`${name}: ${expected.because?.['prod'] ?? 'promoted'}`, () => {
      given(pipeline, facts).when(start).then(expected);
      // The same rule holds where promotions are handed over.
      const told = { ...pipeline, spec: { ...pipeline.spec, promotion: notifications } };
      const actions = expected.actions?.map((action) => action.replace(/^open (.*) in /, 'hand over $1 to '));
      given(told, facts)
        .when(start)
        .then({ ...expected, ...(actions ? { actions } : {}) });
    });

  describe('a gate that was forgotten', () => {
    const gates: readonly (readonly [string, PipelineParts, Reason])[] = [
      ['approval', { promotion: manual }, 'ApprovalRequired'],
      ['soak', { promotion: { ...pullRequests, soak: '2h' } }, 'Soaking'],
      ['range', { promotion: { ...pullRequests, versions: '<6.1.5' } }, 'VersionOutOfRange'],
      ['suspension', { suspend: true }, 'Suspended'],
      [
        'window',
        { promotion: { ...pullRequests, windows: [{ kind: 'Deny', schedule: '0 9 * * *', duration: '8h' }] } },
        'OutsideWindow',
      ],
    ];
    for (const [name, spec, reason] of gates)
      it(`${name}: it holds at the next look, after a restart, and when the status is lost`, () => {
        const first = given(aPipeline(spec), due).when(start).then(because(reason));
        const next = given(aPipeline({ ...spec, status: first.status }), due)
          .when(minutes(1))
          .then(because(reason));
        const restarted = aPipeline({ ...spec, status: next.status });
        given(restarted, isOpening('dev', minutes(1)), isOpening('prod', minutes(1)))
          .when(minutes(1))
          .then({ actions: [] });
        given(restarted, due).when(minutes(2)).then(because(reason));
        given(aPipeline(spec), due).when(minutes(2)).then(because(reason));
      });
  });

  it('an approval that let the next revision through: it counts for the one that it names, and goes', () => {
    given(aPipeline({ promotion: manual, ...approves('prod', '6.1.5') }), due)
      .when(start)
      .then({ actions: ['open 6.1.5 in prod', 'remove approve.prod=6.1.5'] });
    given(aPipeline({ promotion: manual, ...approves('prod', '6.1.5') }), due, runs('dev', '6.1.6'))
      .when(start)
      .then({ actions: ['remove approve.prod=6.1.5'], because: { prod: 'ApprovalRequired' } });
  });

  it('an approval that began one promotion and let the next one through', () => {
    const begun = aRecord({ state: 'Open', pullRequest: aPullRequest(), approval: { at: '2026-03-02T09:00:00Z' } });
    given(
      aPipeline({ promotion: manual, status: remembers({ promotion: begun }) }),
      runs('dev', '6.1.6'),
      runs('prod', '6.1.4'),
    )
      .when(start)
      .then({ actions: ['follow #7 of 6.1.5 in prod'], because: { prod: 'ApprovalRequired' } });
  });

  it('an environment that could not be approved: each of three can, the last one too', () => {
    const facts = [runs('dev', '6.1.5'), runs('staging', '6.1.4'), runs('prod', '6.1.3')];
    const pipeline = (environment: string, revision: string) =>
      aPipeline({ environments: three, promotion: manual, ...approves(environment, revision) });
    given(pipeline('staging', '6.1.5'), facts)
      .when(start)
      .then({
        actions: ['open 6.1.5 in staging', 'remove approve.staging=6.1.5'],
        because: { prod: 'ApprovalRequired' },
      });
    given(pipeline('prod', '6.1.4'), facts)
      .when(start)
      .then({ actions: ['open 6.1.4 in prod', 'remove approve.prod=6.1.4'], because: { staging: 'ApprovalRequired' } });
  });

  it('a newer revision that took the place of the waiting one in silence: it is told, by status and by Event', () => {
    const waiting = given(aPipeline({ promotion: manual }), due).when(start).decision.status;
    const pipeline = aPipeline({ promotion: manual, status: waiting });
    const { decision } = given(pipeline, runs('dev', '6.1.6'), runs('prod', '6.1.4')).when(minutes(1));
    assert.deepEqual(saidOf(decision).waitingApproval, { revision: '6.1.6' });
    assert.deepEqual(
      announce(pipeline, waiting, decision.status).map(({ announcement: { reason, message } }) => [
        reason,
        message.slice(0, 'prod: 6.1.6 waits for approval'.length),
      ]),
      [['ApprovalRequired', 'prod: 6.1.6 waits for approval']],
    );
  });

  it('a newer revision that took the place of an open pull request in silence: it is told, and names what it replaces', () => {
    const status = remembers({ promotion: aRecord({ state: 'Open', pullRequest: aPullRequest() }) });
    const pipeline = aPipeline({ status });
    const { decision } = given(pipeline, runs('dev', '6.1.6'), runs('prod', '6.1.4')).when(start);
    assert.deepEqual(openedBy(decision).supersedes, ['promotions/apps/podinfo/prod/6.1.5']);
    assert.deepEqual(
      announce(pipeline, status, decision.status).map(({ announcement: { message } }) => message),
      [
        'dev 6.1.6 › prod 6.1.4 ⏳ promoting',
        'promotion of 6.1.5 from dev to prod is Superseded, for 6.1.6',
        'promotion of 6.1.6 from dev to prod is Opening',
      ],
    );
  });

  it('a promotion whose event came while nobody listened: what is decides, and not what was told', () => {
    const before = given(aPipeline(), runs('dev', '6.1.4'), runs('prod', '6.1.4'))
      .when(start)
      .then(because('UpToDate'));
    given(aPipeline({ status: before.status }), due)
      .when(minutes(600))
      .then(promotes('6.1.5'));
  });
});
