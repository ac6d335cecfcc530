import { defer, distinctUntilChanged, map, type Observable } from 'rxjs';
import { clusterOf, type ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';

/** The clusters that at least one target of a Pipeline names, from the facts about Pipelines. */
export const namedClusters = (facts: Observable<Fact>): Observable<ReadonlySet<ClusterKey>> =>
  defer(() => {
    const named = new Map<ObjectKey, readonly ClusterKey[]>();
    return facts.pipe(
      map((fact) => {
        note(named, fact);
        return new Set([...named.values()].flat());
      }),
      distinctUntilChanged(sameSet),
    );
  });

const note = (named: Map<ObjectKey, readonly ClusterKey[]>, fact: Fact): void => {
  switch (fact.type) {
    case 'pipeline-seen':
      named.set(keyOfPipeline(fact.pipeline), clustersOf(fact.pipeline));
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
    case 'releases-listed':
    case 'release-seen':
    case 'release-gone':
    case 'cluster-lost':
    case 'cluster-resumed':
    case 'cluster-closed':
    case 'forge-asked':
  }
};

const clustersOf = ({ metadata, spec }: Pipeline): readonly ClusterKey[] =>
  spec.environments.flatMap(({ targets }) => targets.map((target) => clusterOf(target, metadata.namespace)));

const sameSet = <T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean =>
  one.size === other.size && [...one].every((member) => other.has(member));
