import fc from 'fast-check';
import type { Fact } from '../../src/model/fact.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import type { Environment, PromotionSpec, Target } from '../../src/model/pipeline-spec.ts';
import type { EnvironmentStatus } from '../../src/model/pipeline-status.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { formatTime } from '../../src/model/time.ts';
import { aFailure, aHelmRelease, aPipeline, aPullRequest, aRecord, aTarget, clusterNamed } from './builders.ts';
import { minutes, notifications, pullRequests, seconds, start } from './builders.ts';

const clusters = ['one', 'two', 'three'];
const environments = ['dev', 'staging', 'prod'];
const revisions = ['6.1.3', '6.1.4', '6.1.5', '6.1.6-rc.1', '6.1.6', 'today'];

const rarely = fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, fc.constant(true));
const revision = fc.constantFrom(...revisions);
const time = fc.integer({ min: -7200, max: 0 }).map(seconds);

const aTargetOf: fc.Arbitrary<Target> = fc
  .record({
    cluster: fc.constantFrom(undefined, ...clusters),
    namespace: fc.constantFrom('podinfo', 'podinfo', 'podinfo', 'other'),
  })
  .map(({ cluster, namespace }) => aTarget(cluster, { namespace }));

const promotionSpec: fc.Arbitrary<PromotionSpec> = fc.record(
  {
    strategy: fc.oneof(
      { weight: 4, arbitrary: fc.constant(pullRequests.strategy!) },
      fc.constant(notifications.strategy!),
    ),
    manual: fc.boolean(),
    soak: fc.constantFrom('0s', '1m', '1h'),
    versions: fc.constantFrom('*', '>=6.1.4', '<6.1.6'),
    allowDowngrade: fc.boolean(),
  },
  { requiredKeys: ['strategy'] },
);

const environment = (name: string): fc.Arbitrary<Environment> =>
  fc.record(
    {
      name: fc.constant(name),
      targets: fc.array(aTargetOf, { minLength: 1, maxLength: 2 }),
      suspend: rarely,
      promotion: promotionSpec,
    },
    { requiredKeys: ['name', 'targets'] },
  );

const record = fc.record(
  {
    revision,
    from: fc.constant('dev'),
    state: fc.constantFrom('Opening', 'Open', 'Notified', 'Merged', 'Succeeded', 'Closed', 'Failed'),
    startedAt: time.map(formatTime),
    pullRequest: fc.constant(aPullRequest()),
    attempts: fc.integer({ min: 1, max: 9 }),
    lastAttemptedTime: time.map(formatTime),
    reason: fc.constant('ForgeUnavailable'),
    message: fc.constant('the forge answers 502'),
  },
  { requiredKeys: ['revision', 'from', 'state', 'startedAt'] },
);

const memory: fc.Arbitrary<EnvironmentStatus> = fc.record(
  {
    promotion: record.map((known) => (known.state === 'Open' ? { ...known, pullRequest: aPullRequest() } : known)),
    history: fc.array(
      fc.record({ revision, state: fc.constantFrom('Succeeded', 'Closed', 'Superseded', 'Failed') }).map((entry) => ({
        ...aRecord(entry),
        finishedAt: formatTime(start),
      })),
      { maxLength: 12 },
    ),
  },
  { requiredKeys: [] },
);

const annotations = fc.dictionary(
  fc.constantFrom(
    ...environments.flatMap((name) => [
      `pipelines.weave.works/approve.${name}`,
      `pipelines.weave.works/reject.${name}`,
    ]),
  ),
  revision,
  { maxKeys: 3 },
);

const release: fc.Arbitrary<HelmRelease> = fc
  .record({
    revision,
    key: fc.constantFrom('podinfo/podinfo' as const, 'podinfo/podinfo' as const, 'other/podinfo' as const),
    since: time,
    odd: fc.oneof(
      { weight: 10, arbitrary: fc.constant({}) },
      fc.constantFrom<Partial<HelmRelease>>(
        { suspended: true },
        { deleting: true },
        { observedGeneration: 2 },
        { lastAttemptedRevision: '7.0.0' },
        { ready: { status: 'False', reason: 'SourceNotReady', message: 'no source', since: seconds(-10) } },
        { ready: { status: 'False', reason: 'UpgradeFailed', message: 'timed out', since: seconds(-10) } },
        { ready: undefined },
        { deployed: undefined },
      ),
    ),
  })
  .map(({ revision: runs, key, since, odd }) => ({
    ...aHelmRelease({ revision: runs, key, ready: { since }, deployed: { lastDeployed: since } }),
    ...odd,
  }));

const factsOf = (cluster: ReturnType<typeof clusterNamed>): fc.Arbitrary<readonly Fact[]> =>
  fc
    .record({
      releases: fc.array(release, { minLength: 1, maxLength: 3 }),
      then: fc.oneof(
        { weight: 30, arbitrary: fc.constant([]) },
        fc
          .integer({ min: -40, max: 0 })
          .map((at): readonly Fact[] => [{ type: 'cluster-lost', cluster, failure: aFailure(), at: seconds(at) }]),
        fc
          .integer({ min: -40, max: 0 })
          .map((at): readonly Fact[] => [{ type: 'cluster-opening', cluster, at: seconds(at) }]),
        fc.constant<readonly Fact[]>([{ type: 'cluster-refused', cluster, failure: aFailure() }]),
        fc.constant<readonly Fact[]>([{ type: 'cluster-unread', cluster, failure: aFailure(), at: start }]),
        fc.constant<readonly Fact[]>([{ type: 'cluster-closed', cluster }]),
      ),
    })
    .map(({ releases, then }) => [{ type: 'releases-listed', cluster, releases, at: minutes(-90) }, ...then]);

/** A Pipeline with whatever it may remember, and whatever may be known of its clusters. */
export const arbitraryWorld: fc.Arbitrary<{ readonly pipeline: Pipeline; readonly facts: readonly Fact[] }> = fc
  .record({
    environments: fc
      .integer({ min: 1, max: 3 })
      .chain((count) => fc.tuple(...environments.slice(0, count).map(environment))),
    promotion: promotionSpec,
    suspend: rarely,
    annotations,
    memories: fc.dictionary(fc.constantFrom(...environments), memory),
    requested: fc.option(fc.constant({ 'reconcile.fluxcd.io/requestedAt': 'now' }), { nil: {} }),
    facts: fc.tuple(...(['/', ...clusters.map(clusterNamed)] as const).map(factsOf)),
  })
  .map(({ memories, requested, facts, annotations: given, ...spec }) => ({
    pipeline: aPipeline({ ...spec, annotations: { ...given, ...requested }, status: { environments: memories } }),
    facts: facts.flat(),
  }));
