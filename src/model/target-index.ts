import { clusterOf } from './cluster.ts';
import { objectKey, type ObjectKey } from './object-key.ts';
import type { PipelineSpec } from './pipeline-spec.ts';
import { isReadable, keyOfPipeline, type SeenPipeline } from './pipeline.ts';

/** Which Pipelines have a target where: by `<cluster> <release>`, and by `<cluster>` for all of a cluster. */
export interface TargetIndex {
  readonly add: (pipeline: SeenPipeline) => void;
  /** Takes one away as it was added. */
  readonly remove: (pipeline: SeenPipeline) => void;
  readonly at: (key: string) => readonly ObjectKey[];
}

const keysOf = (namespace: string, spec: PipelineSpec): readonly string[] =>
  spec.environments
    .flatMap((environment) => environment.targets)
    .flatMap((target) => {
      const cluster = clusterOf(target, namespace);
      return [cluster, `${cluster} ${objectKey(target.namespace, target.name ?? spec.appRef.name)}`];
    });

const targetsOf = (pipeline: SeenPipeline): readonly string[] =>
  isReadable(pipeline) ? keysOf(pipeline.metadata.namespace, pipeline.spec) : [];

/** No Pipelines yet; one that cannot be read has no targets. */
export const targetIndex = (): TargetIndex => {
  const pipelines = new Map<string, Set<ObjectKey>>();
  return {
    add: (pipeline) => {
      const pipelineKey = keyOfPipeline(pipeline);
      for (const key of targetsOf(pipeline)) pipelines.set(key, (pipelines.get(key) ?? new Set()).add(pipelineKey));
    },
    remove: (pipeline) => {
      const pipelineKey = keyOfPipeline(pipeline);
      for (const key of targetsOf(pipeline)) {
        const known = pipelines.get(key);
        if (known?.delete(pipelineKey) === true && known.size === 0) pipelines.delete(key);
      }
    },
    at: (key) => [...(pipelines.get(key) ?? [])],
  };
};
