import { isDeepStrictEqual } from 'node:util';
import { defer, distinctUntilChanged, map, type Observable } from 'rxjs';
import { clusterOf, type ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';

/** Where targets are: in which clusters, and in which namespaces of each. */
export type NamedClusters = ReadonlyMap<ClusterKey, ReadonlySet<string>>;

type ClusterNamespace = readonly [cluster: ClusterKey, namespace: string];

/** The clusters that at least one target of a Pipeline names, from the facts about Pipelines. */
export const namedClusters = (facts: Observable<Fact>): Observable<NamedClusters> =>
  defer(() => {
    const named = new Map<ObjectKey, readonly ClusterNamespace[]>();
    return facts.pipe(
      map((fact) => {
        note(named, fact);
        return byCluster(named);
      }),
      distinctUntilChanged<NamedClusters>(isDeepStrictEqual),
    );
  });

const note = (named: Map<ObjectKey, readonly ClusterNamespace[]>, fact: Fact): void => {
  switch (fact.type) {
    case 'pipeline-seen':
      named.set(keyOfPipeline(fact.pipeline), namespacesOf(fact.pipeline));
      break;
    case 'pipeline-unreadable':
      named.delete(keyOfPipeline(fact.pipeline));
      break;
    case 'pipeline-gone':
      named.delete(fact.pipeline);
      break;
    case 'pipelines-listed': {
      const there = new Set(fact.pipelines);
      for (const key of [...named.keys()]) if (!there.has(key)) named.delete(key);
      break;
    }
    case 'cluster-refused':
    case 'cluster-unread':
    case 'cluster-certificates':
    case 'cluster-opening':
    case 'cluster-narrowed':
    case 'releases-listed':
    case 'release-seen':
    case 'release-gone':
    case 'cluster-lost':
    case 'cluster-resumed':
    case 'cluster-closed':
    case 'deployment-heard':
    case 'promotion-blocked':
    case 'promotion-unblocked':
    case 'promotion-asked':
  }
};

const namespacesOf = ({ metadata, spec }: Pipeline): readonly ClusterNamespace[] =>
  spec.environments.flatMap(({ targets }) =>
    targets.map((target): ClusterNamespace => [clusterOf(target, metadata.namespace), target.namespace]),
  );

const byCluster = (named: ReadonlyMap<ObjectKey, readonly ClusterNamespace[]>): NamedClusters => {
  const clusters = new Map<ClusterKey, Set<string>>();
  for (const namespaces of named.values())
    for (const [cluster, namespace] of namespaces)
      clusters.set(cluster, (clusters.get(cluster) ?? new Set()).add(namespace));
  return clusters;
};
