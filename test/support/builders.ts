import { objectKey } from '../../src/model/object-key.ts';
import type { ClusterState } from '../../src/model/cluster.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { DeployedEntry, HelmRelease, ReadyCondition } from '../../src/model/helm-release.ts';
import type { Environment, PipelineSpec, PromotionSpec, Target } from '../../src/model/pipeline-spec.ts';
import type {
  EnvironmentStatus,
  PipelineStatus,
  PromotionRecord,
  PullRequestRepository,
} from '../../src/model/pipeline-status.ts';
import { Pipeline } from '../../src/model/pipeline.ts';
import { formatTime } from '../../src/model/time.ts';

/** The moment at which specifications begin; every release has been healthy for an hour then. */
export const start = Date.parse('2026-03-02T10:00:00Z');
export const seconds = (count: number): number => start + count * 1000;
export const minutes = (count: number): number => start + count * 60_000;

export const pullRequests: PromotionSpec = {
  strategy: {
    'pull-request': {
      type: 'gitea',
      url: 'https://forge.example/org/config.git',
      baseBranch: 'main',
      secretRef: { name: 'creds' },
    },
  },
};

/** Promotions that are handed over to other tooling. */
export const notifications: PromotionSpec = { strategy: { notification: {} } };

/** A target in a cluster registered beside the Pipeline, or in the management cluster. */
export const aTarget = (cluster: string | undefined, target: Partial<Target> = {}): Target => ({
  namespace: 'podinfo',
  ...(cluster === undefined ? {} : { clusterRef: { kind: 'GitopsCluster', name: cluster } }),
  ...target,
});

/** An environment with one target in a cluster of the same name. */
export const anEnvironment = (name: string, environment: Partial<Environment> = {}): Environment => ({
  name,
  targets: [aTarget(name)],
  ...environment,
});

export interface PipelineParts extends Partial<PipelineSpec> {
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly status?: PipelineStatus;
}

/** Pipeline `apps/podinfo` from dev to prod, by pull request, without a gate. */
export const aPipeline = ({
  name = 'podinfo',
  uid = 'uid-1',
  resourceVersion = '1',
  generation = 1,
  annotations = {},
  deletionTimestamp,
  status = {},
  ...spec
}: PipelineParts = {}): Pipeline =>
  Pipeline.parse({
    metadata: { namespace: 'apps', name, uid, resourceVersion, generation, annotations, deletionTimestamp },
    spec: {
      appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
      environments: [anEnvironment('dev'), anEnvironment('prod')],
      promotion: pullRequests,
      ...spec,
    },
    status,
  });

export interface HelmReleaseParts extends Partial<Omit<HelmRelease, 'ready' | 'deployed'>> {
  readonly revision?: string;
  readonly ready?: Partial<ReadyCondition> | undefined;
  readonly deployed?: Partial<DeployedEntry> | undefined;
}

/** HelmRelease `podinfo/podinfo` that has been settled on 6.1.4, or on `revision`, for an hour. */
export const aHelmRelease = ({ revision = '6.1.4', ready, deployed, ...rest }: HelmReleaseParts = {}): HelmRelease => ({
  key: 'podinfo/podinfo',
  uid: 'release-uid',
  generation: 3,
  observedGeneration: 3,
  deleting: false,
  suspended: false,
  ready: { status: 'True', reason: 'UpgradeSucceeded', message: 'upgraded', since: minutes(-60), ...ready },
  lastAttemptedRevision: revision,
  attempted: revision,
  took: 1000,
  remediated: false,
  deployed: {
    chartVersion: revision,
    appVersion: undefined,
    ociDigest: undefined,
    lastDeployed: minutes(-60),
    ...deployed,
  },
  chart: 'podinfo of HelmRepository flux-system/podinfo',
  ...rest,
});

/** The key of a cluster that is registered in the Pipeline's namespace. */
export const clusterNamed = (name: string) => objectKey('apps', name);

/** The whole of a live cluster: one release of that revision. */
export const runs = (cluster: string, revision: string, parts: HelmReleaseParts = {}): Fact => ({
  type: 'releases-listed',
  cluster: clusterNamed(cluster),
  releases: [aHelmRelease({ revision, ...parts })],
  at: minutes(-90),
});

/** A live cluster without any release. */
export const isEmpty = (cluster: string): Fact => ({
  type: 'releases-listed',
  cluster: clusterNamed(cluster),
  releases: [],
  at: minutes(-90),
});

/** One more release in a cluster, or another state of the one that is there. */
export const thenRuns = (cluster: string, revision: string, parts: HelmReleaseParts = {}): Fact => ({
  type: 'release-seen',
  cluster: clusterNamed(cluster),
  release: aHelmRelease({ revision, ...parts }),
});

export const aFailure = (failure: Partial<Failure> = {}): Failure => ({
  remedy: 'retry',
  reason: 'ConnectionLost',
  message: 'connection refused',
  ...failure,
});

export const isLost = (cluster: string, at: number): Fact => ({
  type: 'cluster-lost',
  cluster: clusterNamed(cluster),
  failure: aFailure(),
  at,
});

export const isOpening = (cluster: string, at: number): Fact => ({
  type: 'cluster-opening',
  cluster: clusterNamed(cluster),
  at,
});

export const isBack = (cluster: string, at: number): Fact => ({
  type: 'cluster-resumed',
  cluster: clusterNamed(cluster),
  at,
});

export const clusterStates: Readonly<Record<ClusterState['type'], (cluster: string) => readonly Fact[]>> = {
  unregistered: () => [],
  refused: (cluster) => [
    { type: 'cluster-refused', cluster: clusterNamed(cluster), failure: aFailure({ message: 'exec is refused' }) },
  ],
  unread: (cluster) => [
    {
      type: 'cluster-unread',
      cluster: clusterNamed(cluster),
      failure: aFailure({ remedy: 'wait', message: 'the registrations cannot be read: forbidden' }),
      at: start,
    },
  ],
  opening: (cluster) => [isOpening(cluster, start)],
  live: (cluster) => [runs(cluster, '6.1.4')],
  lost: (cluster) => [runs(cluster, '6.1.4'), isLost(cluster, start)],
};

/** A record of a promotion from dev that began now. */
export const aRecord = (record: Partial<PromotionRecord> = {}): PromotionRecord => ({
  revision: '6.1.5',
  from: 'dev',
  state: 'Opening',
  startedAt: formatTime(start),
  ...record,
});

/** The record of a promotion that could not be made, at its first attempt, for want of a marker. */
export const gaveUp = (at: number): PromotionRecord =>
  aRecord({
    ...{ state: 'Failed', reason: 'NoMarker', message: 'no marker in ./', remedy: 'give-up', attempts: 1 },
    ...{ lastAttemptedTime: formatTime(at), failedSince: formatTime(at) },
  });

/** A pull request as a status tells of it. */
export const aPullRequest = (
  state: 'open' | 'merged' | 'closed' = 'open',
  revision = '6.1.5',
  environment = 'prod',
) => ({
  url: 'https://forge.example/org/config/pulls/7',
  number: 7,
  branch: `promotions/apps/podinfo/${environment}/${revision}`,
  state,
});

/** Where the pull requests of specifications are made. */
export const aRepository = (url = 'https://forge.example/org/config.git'): PullRequestRepository => ({
  type: 'gitea',
  url,
  baseBranch: 'main',
  secretRef: { name: 'creds' },
});

/** A status that remembers this of promotions into prod, and nothing else. */
export const remembers = (prod: EnvironmentStatus): PipelineStatus => ({ environments: { prod } });
