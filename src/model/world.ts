import { clusterOf, type ClusterKey, type ClusterState } from './cluster.ts';
import type { Fact } from './fact.ts';
import type { HelmRelease } from './helm-release.ts';
import { objectKey, type ObjectKey } from './object-key.ts';
import { keyOfPipeline, type Pipeline, type UnreadablePipeline } from './pipeline.ts';

/** The newest observed state, read-only: all that a decision may look at. */
export interface World {
  readonly pipeline: (key: ObjectKey) => Pipeline | UnreadablePipeline | undefined;
  readonly pipelines: () => Iterable<ObjectKey>;
  readonly cluster: (key: ClusterKey) => ClusterState;
  readonly clusters: () => Iterable<readonly [ClusterKey, ClusterState]>;
  readonly release: (cluster: ClusterKey, key: ObjectKey) => HelmRelease | undefined;
}

/** The World's one writer: takes a fact in and answers with the Pipelines that it concerns. */
export interface Learner {
  readonly learn: (fact: Fact) => readonly ObjectKey[];
  /** Tells that a write of ours turned version `replaced` of a Pipeline into `pipeline`: a watch that still shows `replaced` is late. */
  readonly wrote: (replaced: string, pipeline: Pipeline) => void;
}
