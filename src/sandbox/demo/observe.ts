import { isReadable, type Pipeline } from '../../model/pipeline.ts';
import { readPipeline } from '../../model/read-pipeline.ts';
import type { HelmRelease } from '../flux/helm-release.ts';
import { application } from './application.ts';
import type { ForgeClient, PullRequestSight } from './forge-client.ts';
import type { Stage, StagedCluster } from './stage.ts';

/** A release as its cluster tells it. */
export interface ReleaseSight {
  /** What its spec asks for. */
  readonly wanted: string;
  /** What Helm has deployed. */
  readonly deployed: string | undefined;
  readonly health: 'healthy' | 'failed' | 'progressing';
  /** What its Ready condition says. */
  readonly message: string;
}

/** What the API servers and the forge say at one moment; nothing else is told. */
export interface Sight {
  readonly pipeline: Pipeline | undefined;
  readonly releases: Readonly<Record<string, ReleaseSight | undefined>>;
  readonly pullRequests: readonly PullRequestSight[];
}

export const pipelinePath = `/apis/pipelines.weave.works/v1alpha1/namespaces/${application}/pipelines/${application}`;
const releasePath = `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${application}/helmreleases/${application}`;

const healthOf = ({ metadata, spec, status }: HelmRelease, deployed: string | undefined): ReleaseSight['health'] => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.observedGeneration !== metadata.generation) return 'progressing';
  if (ready.status === 'True') return deployed === spec.chart?.spec.version ? 'healthy' : 'progressing';
  // The chart of a new version is being fetched: so every upgrade begins.
  return ready.status === 'False' && ready.reason !== 'SourceNotReady' ? 'failed' : 'progressing';
};

const releaseOf = (release: HelmRelease): ReleaseSight => {
  const { spec, status } = release;
  const deployed = status?.history?.find((entry) => entry.status === 'deployed')?.chartVersion;
  return {
    wanted: spec.chart?.spec.version ?? '',
    deployed,
    health: healthOf(release, deployed),
    message: status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '',
  };
};

const releaseIn = async ({ server, client }: StagedCluster) => {
  const release = await client.call('GET', releasePath);
  return [server.name, release === undefined ? undefined : releaseOf(release as HelmRelease)] as const;
};

/** What runs in every leaf now. */
export const observeReleases = async (leaves: readonly StagedCluster[]): Promise<Sight['releases']> =>
  Object.fromEntries(await Promise.all(leaves.map(releaseIn)));

/** Looks at every cluster and at the forge, once. */
export const observe = async ({ management, leaves }: Stage, forge: ForgeClient): Promise<Sight> => {
  const [raw, releases, pullRequests] = await Promise.all([
    management.client.call('GET', pipelinePath),
    observeReleases(leaves),
    forge.pullRequests(),
  ]);
  const pipeline = raw === undefined ? undefined : readPipeline(raw);
  return {
    pipeline: pipeline && isReadable(pipeline) ? pipeline : undefined,
    releases,
    pullRequests,
  };
};
