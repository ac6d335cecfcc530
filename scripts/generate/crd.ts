import { z } from 'zod';
import { apiGroup, apiVersion } from '../../src/model/pipeline.ts';
import { PipelineSpec } from '../../src/model/pipeline-spec.ts';
import { PipelineStatus } from '../../src/model/pipeline-status.ts';
import { structural, type Schema } from './structural.ts';

const schemaOf = (schema: z.ZodType): Schema =>
  structural(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }));

const condition = (type: string, field: string) => `.status.conditions[?(@.type=="${type}")].${field}`;

/**
 * Those of Weave GitOps and the one-line view. A terminal is narrow: sentences are for `-o wide`, also Status, which is that view again
 * while a Pipeline is Ready.
 */
const columns = [
  { name: 'App Kind', type: 'string', jsonPath: '.spec.appRef.kind' },
  { name: 'App Name', type: 'string', jsonPath: '.spec.appRef.name' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Ready', type: 'string', jsonPath: condition('Ready', 'status') },
  { name: 'Environments', type: 'string', jsonPath: '.status.summary' },
  { name: 'Status', type: 'string', jsonPath: condition('Ready', 'message'), priority: 1 },
  { name: 'Promotion', type: 'string', jsonPath: condition('PromotionPending', 'message'), priority: 1 },
  { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend', priority: 1 },
];

/** The schema of a Pipeline, as the API server is told it. */
export const openAPIV3Schema = (): Schema => ({
  description: 'An application on its way through its environments.',
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: { ...schemaOf(PipelineSpec), description: 'What a person writes.' },
    status: {
      ...schemaOf(PipelineStatus),
      description: 'What Leafwatch observed, decided and did; there is no other store.',
      default: { observedGeneration: -1 },
    },
  },
});

/** The CustomResourceDefinition of Pipeline, as its zod schemas say. */
export const pipelineCrd = (): Schema => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `pipelines.${apiGroup}`, labels: { 'app.kubernetes.io/part-of': 'leafwatch' } },
  spec: {
    group: apiGroup,
    scope: 'Namespaced',
    names: {
      kind: 'Pipeline',
      listKind: 'PipelineList',
      plural: 'pipelines',
      singular: 'pipeline',
      shortNames: ['ppl'],
      categories: ['all', 'fluxcd'],
    },
    versions: [
      {
        name: apiVersion.slice(apiGroup.length + 1),
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: columns,
        schema: { openAPIV3Schema: openAPIV3Schema() },
      },
    ],
  },
});
