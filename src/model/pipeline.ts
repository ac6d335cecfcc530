import { z } from 'zod';
import { PipelineSpec } from './pipeline-spec.ts';
import { PipelineStatus } from './pipeline-status.ts';
import type { ObjectKey } from './object-key.ts';

export const apiGroup = 'pipelines.weave.works';
export const apiVersion = `${apiGroup}/v1alpha1`;

const PipelineMetadata = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.int().default(1),
  annotations: z.record(z.string(), z.string()).default({}),
  deletionTimestamp: z.string().optional(),
});

/** The part of a Pipeline object that Leafwatch reads; a write of ours is `status` alone. */
export const Pipeline = z.object({
  metadata: PipelineMetadata,
  spec: PipelineSpec,
  status: PipelineStatus.default({}),
});
export type Pipeline = z.infer<typeof Pipeline>;

/** A Pipeline that the API server let through and the schema does not: nothing is decided on it, but it is told so. */
export const UnreadablePipeline = Pipeline.pick({ metadata: true }).extend({
  status: z.unknown(),
  problem: z.string(),
});
export type UnreadablePipeline = z.infer<typeof UnreadablePipeline>;

/** A Pipeline as far as it could be read. */
export type SeenPipeline = Pipeline | UnreadablePipeline;

export const isReadable = (pipeline: SeenPipeline): pipeline is Pipeline => 'spec' in pipeline;

export const keyOfPipeline = (pipeline: Pick<Pipeline, 'metadata'>): ObjectKey =>
  `${pipeline.metadata.namespace}/${pipeline.metadata.name}`;
