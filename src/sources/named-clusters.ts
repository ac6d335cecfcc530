import { isDeepStrictEqual } from 'node:util';
import { defer, distinctUntilChanged, map, type Observable } from 'rxjs';
import { clusterOf, type ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';

/** Where targets are: in which clusters, and in which namespaces of each. */
export type NamedClusters = ReadonlyMap<ClusterKey, ReadonlySet<string>>;

type Place = readonly [ClusterKey, string];

/** The clusters that at least one target of a Pipeline names, from the facts about Pipelines. */
export const namedClusters = (facts: Observable<Fact>): Observable<NamedClusters> =>
  defer(() => {
    const named = new Map<ObjectKey, readonly Place[]>();
    return facts.pipe(
      map((fact) => {
        note(named, fact);
        return byCluster(named);
      }),
      distinctUntilChanged<NamedClusters>(isDeepStrictEqual),
    );
  });

const note = (named: Map<ObjectKey, readonly Place[]>, fact: Fact): void => {
  switch (fact.type) {
    case 'pipeline-seen':
      named.set(keyOfPipeline(fact.pipeline), placesOf(fact.pipeline));
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
    case 'promotion-unblocked':
    case 'promotion-asked':
  }
};

const placesOf = ({ metadata, spec }: Pipeline): readonly Place[] =>
  spec.environments.flatMap(({ targets }) =>
    targets.map((target): Place => [clusterOf(target, metadata.namespace), target.namespace]),
  );

const byCluster = (named: ReadonlyMap<ObjectKey, readonly Place[]>): NamedClusters => {
  const clusters = new Map<ClusterKey, Set<string>>();
  for (const places of named.values())
    for (const [cluster, namespace] of places)
      clusters.set(cluster, (clusters.get(cluster) ?? new Set()).add(namespace));
  return clusters;
};
