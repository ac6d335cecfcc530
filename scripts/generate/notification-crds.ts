import { readFileSync } from 'node:fs';
import { compiledSchema } from './compiled-schema.ts';
import { openStructural } from './helmrelease-crd.ts';
import type { Schema } from './structural.ts';

const group = 'notification.toolkit.fluxcd.io';
const version = 'v1beta3';

const crd = (kind: string): Schema => {
  const file = `_schemas/NotificationToolkitFluxcdIoV1beta3${kind}.js`;
  const schema = compiledSchema(readFileSync(new URL(file, import.meta.resolve('@kubernetes-models/flux-cd')), 'utf8'));
  Object.assign(schema['properties'] as Schema, {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
  });
  const singular = kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: openStructural({ ...schema, required: ['spec'] }) },
        },
      ],
    },
  };
};

/** The CustomResourceDefinitions of Flux's Alert and Provider, for the tests of what we ship, from Flux's own schemas. */
export const notificationCrds = (): readonly Schema[] => ['Alert', 'Provider'].map(crd);
