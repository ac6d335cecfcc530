import { clusterOf, type ClusterKey } from '../model/cluster.ts';
import { objectKey, type ObjectKey } from '../model/object-key.ts';
import type { PipelineSpec, Target } from '../model/pipeline-spec.ts';
import type { Pipeline } from '../model/pipeline.ts';

/** Where a target is looked for: a release in a cluster. */
export interface Place {
  readonly target: Target;
  readonly cluster: ClusterKey;
  readonly release: ObjectKey;
}

/** The places of a spec, by its namespace: the same texts for every look, since they are sought in large maps. */
const known = new WeakMap<
  PipelineSpec,
  { readonly namespace: string; readonly places: readonly (readonly Place[])[] }
>();

/** Where the targets of each environment are looked for, in the order of the spec. */
export const placesOf = ({ metadata: { namespace }, spec }: Pipeline): readonly (readonly Place[])[] => {
  const kept = known.get(spec);
  if (kept?.namespace === namespace) return kept.places;
  const places = spec.environments.map(({ targets }) =>
    targets.map((target) => ({
      target,
      cluster: clusterOf(target, namespace),
      release: objectKey(target.namespace, target.name ?? spec.appRef.name),
    })),
  );
  known.set(spec, { namespace, places });
  return places;
};
