import { readFileSync } from 'node:fs';
import { compiledSchema } from './compiled-schema.ts';
import type { Schema } from './structural.ts';

const columns = [
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
];

/** What compiling the schema lost and the recordings show: defaults, and that a chart comes from one place. */
const lost = (schema: Schema): Schema => {
  const { spec, status } = schema['properties'] as Record<string, Schema>;
  const { chart, chartRef } = spec?.['properties'] as Record<string, Schema>;
  const chartSpec = (chart?.['properties'] as Record<string, Schema>)['spec']?.['properties'] as Record<string, Schema>;
  Object.assign(chartSpec['reconcileStrategy'] ?? {}, { default: 'ChartVersion' });
  Object.assign(chartSpec['version'] ?? {}, { default: '*' });
  Object.assign(status ?? {}, { default: { observedGeneration: -1 } });
  if (chartRef !== undefined)
    Object.assign(spec ?? {}, {
      'x-kubernetes-validations': [
        { rule: 'has(self.chart) != has(self.chartRef)', message: 'either chart or chartRef must be set' },
      ],
    });
  return schema;
};

const mapValues = (schemas: Schema, change: (schema: Schema) => Schema): Schema =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema as Schema)]));

/** A structural schema: what may be anything keeps its unknown fields; kind and version are the API server's own business. */
export const openStructural = (schema: Schema): Schema => {
  if (Object.keys(schema).length === 0) return { 'x-kubernetes-preserve-unknown-fields': true };
  const { properties, items, additionalProperties, ...rest } = schema as Record<string, Schema>;
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, openStructural) }),
    ...(items && { items: openStructural(items) }),
    ...(additionalProperties && { additionalProperties: openStructural(additionalProperties) }),
  };
};

const version = (name: string): Schema => {
  const file = `_schemas/HelmToolkitFluxcdIo${name.replace('v', 'V')}HelmRelease.js`;
  const source = readFileSync(new URL(file, import.meta.resolve('@kubernetes-models/flux-cd')), 'utf8');
  const schema = compiledSchema(source);
  Object.assign(schema['properties'] as Schema, {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
  });
  return {
    name,
    served: true,
    storage: name === 'v2',
    subresources: { status: {} },
    additionalPrinterColumns: columns,
    schema: { openAPIV3Schema: openStructural({ ...lost(schema), required: ['spec'] }) },
  };
};

/** The CustomResourceDefinition of Flux's HelmRelease for tests and the demo, from Flux's own schemas. */
export const helmReleaseCrd = (): Schema => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'helmreleases.helm.toolkit.fluxcd.io' },
  spec: {
    group: 'helm.toolkit.fluxcd.io',
    scope: 'Namespaced',
    names: {
      kind: 'HelmRelease',
      listKind: 'HelmReleaseList',
      plural: 'helmreleases',
      singular: 'helmrelease',
      shortNames: ['hr'],
    },
    versions: ['v2', 'v2beta2', 'v2beta1'].map(version),
  },
});
