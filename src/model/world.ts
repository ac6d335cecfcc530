import type { CertificateEnd, ClusterKey, ClusterState } from './cluster.ts';
import type { Failure } from './failure.ts';
import type { Fact } from './fact.ts';
import type { HelmRelease } from './helm-release.ts';
import { splitKey, type ObjectKey } from './object-key.ts';
import { pauses } from './pauses.ts';
import { keyOfPipeline, type SeenPipeline } from './pipeline.ts';
import { targetIndex } from './target-index.ts';

/** The newest observed state, read-only: all that a decision may look at. */
export interface World {
  readonly pipeline: (key: ObjectKey) => SeenPipeline | undefined;
  readonly pipelines: () => Iterable<ObjectKey>;
  readonly cluster: (key: ClusterKey) => ClusterState;
  readonly clusters: () => Iterable<readonly [ClusterKey, ClusterState]>;
  /** The certificates of the cluster's kubeconfig that have an end. */
  readonly certificates: (cluster: ClusterKey) => readonly CertificateEnd[];
  /** How many releases a cluster has, as far as is known. */
  readonly releaseCount: (cluster: ClusterKey) => number;
  readonly release: (cluster: ClusterKey, key: ObjectKey) => HelmRelease | undefined;
  /** The time before which the forge, or a receiver, is not to be asked again about the promotion into an environment of a Pipeline. */
  readonly askAgainAt: (pipeline: ObjectKey, environment: string) => number | undefined;
}

/** The World's one writer. */
export interface Learner {
  /** Takes a fact in and answers with the Pipelines that it concerns. */
  readonly learn: (fact: Fact) => readonly ObjectKey[];
  /** A write of ours has turned version `replaced` of a Pipeline into `pipeline`; a watch that still shows `replaced` is late. */
  readonly wrote: (replaced: string, pipeline: SeenPipeline) => void;
}

interface Cluster {
  state: ClusterState;
  readonly releases: Map<ObjectKey, HelmRelease>;
}

/** A World that knows nothing yet, with its writer. A fact costs what it concerns, never the number of Pipelines. */
export const createWorld = (): World & Learner => {
  const pipelines = new Map<ObjectKey, SeenPipeline>();
  const clusters = new Map<ClusterKey, Cluster>();
  const certificates = new Map<ClusterKey, readonly CertificateEnd[]>();
  const index = targetIndex();
  const replacedVersions = new Map<ObjectKey, Set<string>>();
  const asked = pauses();
  const blocked = pauses();

  const unindex = (key: ObjectKey): void => {
    const known = pipelines.get(key);
    if (known) index.remove(known);
  };
  const put = (pipeline: SeenPipeline): ObjectKey => {
    const key = keyOfPipeline(pipeline);
    unindex(key);
    index.add(pipeline);
    pipelines.set(key, pipeline);
    return key;
  };
  const see = (pipeline: SeenPipeline): readonly ObjectKey[] => {
    const key = keyOfPipeline(pipeline);
    if (replacedVersions.get(key)?.has(pipeline.metadata.resourceVersion)) return [];
    replacedVersions.delete(key);
    return [put(pipeline)];
  };
  const forget = (key: ObjectKey): readonly ObjectKey[] => {
    unindex(key);
    pipelines.delete(key);
    replacedVersions.delete(key);
    asked.forget(key);
    blocked.forget(key);
    return [key];
  };

  const concerned = index.at;
  const clusterAt = (key: ClusterKey): Cluster => {
    const known = clusters.get(key) ?? { state: { type: 'unregistered' }, releases: new Map() };
    clusters.set(key, known);
    return known;
  };
  const setState = (key: ClusterKey, state: ClusterState): readonly ObjectKey[] => {
    clusterAt(key).state = state;
    return concerned(key);
  };
  /** The state of a cluster that is lost is told since the first loss, with the newest reason. */
  const lose = (key: ClusterKey, failure: Failure, at: number): readonly ObjectKey[] => {
    const { state } = clusterAt(key);
    return setState(key, { type: 'lost', since: state.type === 'lost' ? state.since : at, failure });
  };
  const missRegistration = (key: ClusterKey, failure: Failure, at: number): readonly ObjectKey[] => {
    const { state } = clusterAt(key);
    return setState(key, { type: 'unread', since: state.type === 'unread' ? state.since : at, failure });
  };
  const holdCertificates = (key: ClusterKey, ends: readonly CertificateEnd[]): readonly ObjectKey[] => {
    if (ends.length > 0) certificates.set(key, ends);
    else certificates.delete(key);
    return concerned(key);
  };
  const replaceReleases = (key: ClusterKey, releases: readonly HelmRelease[], at: number): readonly ObjectKey[] => {
    const cluster = clusterAt(key);
    cluster.state = { type: 'live', since: cluster.state.type === 'live' ? cluster.state.since : at };
    cluster.releases.clear();
    for (const release of releases) cluster.releases.set(release.key, release);
    return concerned(key);
  };

  const replaceNamespace = (
    key: ClusterKey,
    namespace: string,
    replacement: readonly HelmRelease[],
  ): readonly ObjectKey[] => {
    const { releases } = clusterAt(key);
    for (const release of releases.keys()) if (splitKey(release).namespace === namespace) releases.delete(release);
    for (const release of replacement) releases.set(release.key, release);
    return concerned(key);
  };
  const narrow = (key: ClusterKey, namespaces: readonly string[]): readonly ObjectKey[] => {
    const { releases } = clusterAt(key);
    const watched = new Set(namespaces);
    for (const release of releases.keys()) if (!watched.has(splitKey(release).namespace)) releases.delete(release);
    return concerned(key);
  };

  const learn = (fact: Fact): readonly ObjectKey[] => {
    switch (fact.type) {
      case 'pipeline-seen':
      case 'pipeline-unreadable':
        return see(fact.pipeline);
      case 'pipeline-gone':
        return forget(fact.pipeline);
      case 'pipelines-listed': {
        const listed = new Set(fact.pipelines);
        return [...pipelines.keys()].filter((key) => !listed.has(key)).flatMap(forget);
      }
      case 'cluster-opening':
        return setState(fact.cluster, { type: 'opening', since: fact.at });
      case 'cluster-refused':
        return setState(fact.cluster, { type: 'refused', failure: fact.failure });
      case 'cluster-unread':
        return missRegistration(fact.cluster, fact.failure, fact.at);
      case 'cluster-certificates':
        return holdCertificates(fact.cluster, fact.certificates);
      case 'cluster-lost':
        return lose(fact.cluster, fact.failure, fact.at);
      case 'cluster-resumed':
        return setState(fact.cluster, { type: 'live', since: fact.at });
      case 'cluster-closed':
        clusters.delete(fact.cluster);
        return concerned(fact.cluster);
      case 'releases-listed':
        return fact.namespace === undefined
          ? replaceReleases(fact.cluster, fact.releases, fact.at)
          : replaceNamespace(fact.cluster, fact.namespace, fact.releases);
      case 'cluster-narrowed':
        return narrow(fact.cluster, fact.namespaces);
      case 'release-seen':
        clusterAt(fact.cluster).releases.set(fact.release.key, fact.release);
        return concerned(`${fact.cluster} ${fact.release.key}`);
      case 'release-gone':
        clusterAt(fact.cluster).releases.delete(fact.release);
        return concerned(`${fact.cluster} ${fact.release}`);
      case 'deployment-heard':
        return concerned(`${fact.cluster} ${fact.release}`);
      case 'promotion-asked':
        if (pipelines.has(fact.pipeline)) asked.set(fact, fact.again);
        return [];
      case 'promotion-blocked':
        if (pipelines.has(fact.pipeline)) blocked.set(fact, fact.until);
        return [];
      case 'promotion-unblocked':
        blocked.end(fact);
        return pipelines.has(fact.pipeline) ? [fact.pipeline] : [];
    }
  };

  return {
    pipeline: (key) => pipelines.get(key),
    pipelines: () => pipelines.keys(),
    cluster: (key) => clusters.get(key)?.state ?? { type: 'unregistered' },
    *clusters() {
      for (const [key, { state }] of clusters) yield [key, state] as const;
    },
    certificates: (cluster) => certificates.get(cluster) ?? [],
    releaseCount: (cluster) => clusters.get(cluster)?.releases.size ?? 0,
    release: (cluster, key) => clusters.get(cluster)?.releases.get(key),
    askAgainAt: (pipeline, environment) => {
      const times = [asked, blocked].flatMap((pause) => pause.until({ pipeline, environment }) ?? []);
      return times.length > 0 ? Math.max(...times) : undefined;
    },
    learn,
    wrote: (replaced, pipeline) => {
      const key = keyOfPipeline(pipeline);
      const known = pipelines.get(key)?.metadata;
      // A watch that is ahead of us has shown the write, or what came after it.
      if (known?.uid !== pipeline.metadata.uid || known.resourceVersion !== replaced) return;
      put(pipeline);
      replacedVersions.set(key, (replacedVersions.get(key) ?? new Set()).add(replaced));
    },
  };
};
