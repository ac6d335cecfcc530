import { clusterOf } from './cluster.ts';
import { objectKey, type ObjectKey } from './object-key.ts';
import type { PipelineSpec } from './pipeline-spec.ts';
import { isReadable, keyOfPipeline, type SeenPipeline } from './pipeline.ts';

/** Which Pipelines look where; a place is `<cluster> <release>` for one release, `<cluster>` for a whole cluster. */
export interface PipelinesByPlace {
  readonly add: (pipeline: SeenPipeline) => void;
  /** Takes one away as it was added. */
  readonly remove: (pipeline: SeenPipeline) => void;
  readonly at: (place: string) => readonly ObjectKey[];
}

const placesOf = (namespace: string, spec: PipelineSpec): readonly string[] =>
  spec.environments
    .flatMap((environment) => environment.targets)
    .flatMap((target) => {
      const cluster = clusterOf(target, namespace);
      return [cluster, `${cluster} ${objectKey(target.namespace, target.name ?? spec.appRef.name)}`];
    });

const lookedAt = (pipeline: SeenPipeline): readonly string[] =>
  isReadable(pipeline) ? placesOf(pipeline.metadata.namespace, pipeline.spec) : [];

/** No Pipelines yet; one that cannot be read looks nowhere. */
export const pipelinesByPlace = (): PipelinesByPlace => {
  const watchers = new Map<string, Set<ObjectKey>>();
  return {
    add: (pipeline) => {
      const key = keyOfPipeline(pipeline);
      for (const place of lookedAt(pipeline)) watchers.set(place, (watchers.get(place) ?? new Set()).add(key));
    },
    remove: (pipeline) => {
      const key = keyOfPipeline(pipeline);
      for (const place of lookedAt(pipeline)) {
        const keys = watchers.get(place);
        if (keys?.delete(key) === true && keys.size === 0) watchers.delete(place);
      }
    },
    at: (place) => [...(watchers.get(place) ?? [])],
  };
};
