import assert from 'node:assert/strict';
import type { Reason } from '../../src/decision/judgement.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { EnvironmentStatus, PipelineStatus, WebhookEvidence } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import {
  aFailure,
  anEnvironment,
  aPipeline,
  aTarget,
  clusterNamed,
  isLost,
  isOpening,
  minutes,
} from '../support/builders.ts';
import { pullRequests, runs, start, type PipelineParts } from '../support/builders.ts';
import { given, saidOf, type Expected } from '../support/given.ts';
import { memories } from '../support/memories.ts';

const told = (evidence: Partial<WebhookEvidence>): WebhookEvidence => ({
  revision: '6.1.5',
  succeeded: true,
  reason: 'UpgradeSucceeded',
  message: 'Helm upgrade succeeded',
  at: formatTime(minutes(-20)),
  ...evidence,
});
const failed = {
  succeeded: false,
  attempted: '6.1.5',
  reason: 'UpgradeFailed',
  message: 'Helm upgrade failed: timed out',
};
const of = (cluster: string, evidence: Partial<WebhookEvidence> = {}): EnvironmentStatus => ({
  evidence: { [`apps/${cluster} podinfo/podinfo`]: told(evidence) },
});
const status = (environments: PipelineStatus['environments']): PipelineParts => ({ status: { environments } });
const two = {
  environments: [anEnvironment('dev', { targets: [aTarget('eu'), aTarget('us')] }), anEnvironment('prod')],
};
const dev = runs('dev', '6.1.5');
const prod = runs('prod', '6.1.4');
const refused: Fact = { type: 'cluster-refused', cluster: clusterNamed('dev'), failure: aFailure() };
const promotes: Expected = { actions: ['open 6.1.5 in prod'] };
const because = (reason: Reason): Expected => ({ actions: [], because: { prod: reason } });

/** What signed events have said, what is watched, and what follows. */
const table: readonly (readonly [string, PipelineParts, readonly Fact[], Expected])[] = [
  ['a success of the source', status({ dev: of('dev') }), [prod], promotes],
  ['a failure of the source', status({ dev: of('dev', failed) }), [prod], because('SourceNotSettled')],
  [
    'a success of the source that names no version',
    status({ dev: of('dev', { revision: undefined }) }),
    [prod],
    because('SourceNotSettled'),
  ],
  ['an older version in the source', status({ dev: of('dev', { revision: '6.1.3' }) }), [prod], because('Downgrade')],
  ['nothing', {}, [prod], because('ClusterUnseen')],
  [
    'a success of another release',
    status({ dev: { evidence: { 'apps/dev podinfo/other': told({}) } } }),
    [prod],
    because('ClusterUnseen'),
  ],
  ['a success of one of two targets', { ...two, ...status({ dev: of('eu') }) }, [prod], because('ClusterUnseen')],
  [
    'a success of one of two targets, and the other is watched',
    { ...two, ...status({ dev: of('eu') }) },
    [runs('us', '6.1.5'), prod],
    promotes,
  ],
  [
    'a success of one, and the watch tells of another version',
    { ...two, ...status({ dev: of('eu') }) },
    [runs('us', '6.1.4'), prod],
    because('SourcesDisagree'),
  ],
  [
    'a success of a target that is watched: the watch alone counts',
    status({ dev: of('dev') }),
    [runs('dev', '6.1.4'), prod],
    because('UpToDate'),
  ],
  [
    'a success of a target whose cluster is lost',
    status({ dev: of('dev') }),
    [runs('dev', '6.1.4'), isLost('dev', minutes(-5)), prod],
    because('ClusterUnseen'),
  ],
  [
    'a success of a target whose cluster is refused',
    status({ dev: of('dev') }),
    [refused, prod],
    because('ClusterUnseen'),
  ],
  [
    'a success of a target whose cluster has not answered',
    status({ dev: of('dev') }),
    [isOpening('dev', minutes(-5)), prod],
    because('ClusterUnseen'),
  ],
  ['an older version in the destination', status({ prod: of('prod', { revision: '6.1.4' }) }), [dev], promotes],
  ['the version in the destination', status({ prod: of('prod') }), [dev], because('UpToDate')],
  [
    'a newer version in the destination',
    status({ prod: of('prod', { revision: '6.1.6' }) }),
    [dev],
    because('Downgrade'),
  ],
  [
    'a failure of the destination with another version',
    status({ prod: of('prod', { ...failed, revision: '6.1.4', attempted: '6.1.3' }) }),
    [dev],
    promotes,
  ],
];

describe('what signed events have told', () => {
  for (const [name, parts, facts, expected] of table)
    it(`${name}: ${expected.because?.['prod'] ?? 'promoted'}`, () => {
      given(aPipeline(parts), facts).when(start).then(expected);
    });

  const ends: readonly (readonly [string, Partial<WebhookEvidence>, state: string, reason: string | undefined])[] = [
    ['a success', {}, 'Succeeded', undefined],
    ['a failure', failed, 'Failed', 'DestinationFailed'],
    ['a failure of another version', { ...failed, attempted: '6.1.4' }, 'Merged', undefined],
    ['a success of the version before', { revision: '6.1.4' }, 'Merged', undefined],
  ];
  for (const [name, evidence, state, reason] of ends)
    it(`of a merged promotion ${name}: ${state}`, () => {
      const { decision } = given(
        aPipeline(status({ prod: { ...memories.Merged, ...of('prod', evidence) } })),
        dev,
      ).when(start);
      const { promotion } = saidOf(decision);
      assert.deepEqual([promotion?.state, promotion?.reason], [state, reason]);
    });

  it('counts for a soak since the time that the event names', () => {
    const pipeline = aPipeline({ ...status({ dev: of('dev') }), promotion: { ...pullRequests, soak: '30m' } });
    const { decision } = given(pipeline, prod).when(start);
    assert.equal(decision.wakeAt, minutes(10));
  });

  it('counts no more once a watch has shown the target, also when its cluster is registered no more', () => {
    const before = status({ dev: of('dev'), prod: of('prod', { revision: '6.1.4' }) });
    const seen = given(aPipeline(before), runs('dev', '6.1.4')).when(start).decision;
    assert.equal(saidOf(seen, 'dev').evidence, undefined);
    assert.ok(saidOf(seen, 'prod').evidence);
    given(aPipeline({ status: seen.status }))
      .when(start)
      .then(because('ClusterUnseen'));
  });

  it('goes with the target, and stays while its cluster is out of sight', () => {
    const before = status({ dev: { evidence: { 'apps/dev podinfo/other': told({}), ...of('dev').evidence } } });
    const { decision } = given(aPipeline(before), isOpening('dev', minutes(-5))).when(start);
    assert.deepEqual(saidOf(decision, 'dev').evidence, of('dev').evidence);
  });

  it('stays in the status, with how each target is known, whatever else is written there', () => {
    const before = status({ dev: of('dev'), prod: of('prod', { revision: '6.1.4' }) });
    const decision = given(aPipeline(before)).when(start).then(promotes);
    for (const name of ['dev', 'prod']) {
      const said = saidOf(decision, name);
      assert.deepEqual(said.evidence, before.status?.environments?.[name]?.evidence);
      assert.deepEqual(
        said.targets?.map(({ detectedBy, ready }) => [detectedBy, ready]),
        [['Webhook', true]],
      );
    }
    const { status: watched } = given(aPipeline(before), dev, prod).when(start).decision;
    assert.equal(watched.environments?.['dev']?.targets?.[0]?.detectedBy, undefined);
  });
});
