import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { eventually } from '../support/eventually.ts';
import { connect, type Connection, type Served } from './connect.ts';

const text = { type: 'string' };

const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1 },
    color: { ...text, default: 'red', enum: ['red', 'green', 'blue'] },
    label: { ...text, minLength: 2, maxLength: 5, pattern: '^[a-z]*$' },
    port: { 'x-kubernetes-int-or-string': true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    nested: { type: 'object', properties: { a: text, b: text } },
    tags: { type: 'array', items: text, maxItems: 3 },
    parts: {
      type: 'array',
      minItems: 1,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: text, count: { type: 'integer', default: 1 } },
      },
    },
  },
  'x-kubernetes-validations': [{ rule: '!has(self.label) || self.size < 100', message: 'a label is for small ones' }],
};

const status = {
  type: 'object',
  default: { observedGeneration: -1 },
  properties: { observedGeneration: { type: 'integer' }, phase: text },
};

const version = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  subresources: { status: {} },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'How it is' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
});

/** The definition of a custom resource that has a bit of everything. */
export const gadgetDefinition = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `gadgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['gd'] },
    versions: [version('v1', true), version('v1beta1', false)],
  },
});

/** Where a test works: a connection, and a namespace and a custom resource of its own. */
export type Bench = Connection & {
  readonly namespace: string;
  readonly group: string;
  /** The path of all gadgets, in all namespaces. */
  readonly all: string;
  /** The path of the namespace's gadgets. */
  readonly gadgets: string;
  readonly definition: string;
  readonly aGadget: (name: string, fields?: object, metadata?: object) => object;
};

/** A bench for one suite on a server. */
export const openBench = async (served: Served): Promise<Bench> => {
  const connection = connect(served);
  const unique = randomBytes(4).toString('hex');
  const [group, namespace] = [`g${unique}.example.org`, `ns-${unique}`];
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const made = await connection.create(definitions, gadgetDefinition(group));
  assert.equal(made.status, 201, made.text);
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  assert.equal((await connection.create('/api/v1/namespaces', home)).status, 201);
  const all = `/apis/${group}/v1/gadgets`;
  await eventually(async () => assert.equal((await connection.get(all)).status, 200));
  return {
    ...connection,
    namespace,
    group,
    all,
    gadgets: `/apis/${group}/v1/namespaces/${namespace}/gadgets`,
    definition: `${definitions}/gadgets.${group}`,
    aGadget: (name, fields = {}, metadata = {}) => ({
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: { name, ...metadata },
      spec: { size: 3, ...fields },
    }),
  };
};
