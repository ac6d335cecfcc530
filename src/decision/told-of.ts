import { managementCluster } from '../model/cluster.ts';
import { objectKey } from '../model/object-key.ts';
import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Place } from './place.ts';

/** Whether a status tells of the target at a place, as far as it says where. */
export const isAt = (
  { clusterAppRef, namespace }: TargetStatus,
  { cluster, release }: Pick<Place, 'release' | 'cluster'>,
): boolean =>
  clusterAppRef !== undefined &&
  namespace !== undefined &&
  (clusterAppRef.cluster ?? managementCluster) === cluster &&
  objectKey(namespace, clusterAppRef.name) === release;

/** Whether the Pipeline's status tells of the spec that it has now. */
export const tellsOfSpec = ({ metadata, status }: Pipeline): boolean =>
  status.observedGeneration === metadata.generation;

/** What a status says of a target, by its place and its number in the environment. */
export type Told = (place: Pick<Place, 'release' | 'cluster'>, index: number) => TargetStatus | undefined;

/**
 * What the status of an environment says of its targets. They stand in the order of the spec; where a newer spec may have moved them they
 * are known by their places, which a Pipeline of many targets leaves out. It leaves out the revision too where all targets agree.
 */
export const toldOf = (pipeline: Pipeline, { targets = [], revision }: EnvironmentStatus): Told => {
  const unmoved = tellsOfSpec(pipeline);
  return (place, index) => {
    const told = unmoved ? targets[index] : targets.find((target) => isAt(target, place));
    return told && told.revision === undefined && revision !== undefined ? { ...told, revision } : told;
  };
};
