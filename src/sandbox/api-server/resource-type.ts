import { fieldsOf, listOf, type Fields, type KubernetesObject } from './kubernetes-object.ts';
import type { Schema } from './schema.ts';
import { qualified } from './status-error.ts';

/** A print column of a custom resource. */
export type Column = {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  readonly priority?: number;
};

/** A resource in one served version. `storage` is the same for all versions of a resource. */
export type ResourceType = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly status: boolean;
  readonly counted: boolean;
  readonly storage: string;
  readonly selectable: readonly string[];
  readonly columns: readonly Column[];
  readonly custom?: { readonly schema: Schema };
};

type BuiltIn = { readonly selectable?: readonly string[] } & Partial<
  Pick<
    ResourceType,
    'columns' | 'shortNames' | 'namespaced' | 'status' | 'counted' | 'plural' | 'storage' | 'categories'
  >
>;

const builtIn = (groupVersion: string, kind: string, more: BuiltIn = {}): ResourceType => {
  const [group, version] = groupVersion.includes('/')
    ? (groupVersion.split('/') as [string, string])
    : ['', groupVersion];
  const singular = kind.toLowerCase();
  const plural = more.plural ?? `${singular}s`;
  const usual = { columns: [], shortNames: [], categories: [], namespaced: true, status: false, counted: false };
  const storage = qualified(plural, group);
  const selectable = ['metadata.name', 'metadata.namespace', ...(more.selectable ?? [])];
  return { ...usual, group, version, kind, plural, singular, storage, ...more, selectable };
};

const ofEvents = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const involved = [
  ...ofEvents.map((field) => `involvedObject.${field}`),
  'reason',
  'reportingComponent',
  'source',
  'type',
];
const regarded = [...ofEvents.map((field) => `regarding.${field}`), 'reason', 'reportingController', 'type'];
const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const phase: Column = { name: 'Status', type: 'string', jsonPath: '.status.phase' };
const eventColumns: readonly Column[] = [
  { ...age, name: 'Last Seen' },
  { name: 'Type', type: 'string', jsonPath: '.type' },
  { name: 'Reason', type: 'string', jsonPath: '.reason' },
  { name: 'Object', type: 'string', jsonPath: ".involvedObject['kind','name']" },
  { name: 'Message', type: 'string', jsonPath: '.message' },
];
const rbac = 'rbac.authorization.k8s.io/v1';

/** Custom resource definitions, by which all other custom types come to be. */
export const definitions = builtIn('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
  shortNames: ['crd', 'crds'],
  namespaced: false,
  status: true,
  counted: true,
});

/** Namespaces, which hold the objects of all namespaced types. */
export const namespaces = builtIn('v1', 'Namespace', {
  columns: [phase, age],
  shortNames: ['ns'],
  namespaced: false,
  status: true,
});

/** The built-in types that the sandbox has: those the product touches or its manifests install. */
export const builtInTypes: readonly ResourceType[] = [
  namespaces,
  builtIn('v1', 'Secret', { selectable: ['type'] }),
  builtIn('v1', 'ConfigMap', { shortNames: ['cm'] }),
  builtIn('v1', 'Service', { shortNames: ['svc'], categories: ['all'], status: true }),
  builtIn('v1', 'ServiceAccount', { shortNames: ['sa'] }),
  builtIn('v1', 'Event', { columns: eventColumns, shortNames: ['ev'], selectable: involved }),
  builtIn('events.k8s.io/v1', 'Event', { shortNames: ['ev'], storage: 'events', selectable: regarded }),
  builtIn('coordination.k8s.io/v1', 'Lease'),
  builtIn('apps/v1', 'Deployment', { shortNames: ['deploy'], categories: ['all'], status: true, counted: true }),
  builtIn('networking.k8s.io/v1', 'NetworkPolicy', {
    plural: 'networkpolicies',
    shortNames: ['netpol'],
    counted: true,
  }),
  builtIn(rbac, 'ClusterRole', { namespaced: false }),
  builtIn(rbac, 'ClusterRoleBinding', { namespaced: false }),
  builtIn(rbac, 'Role'),
  builtIn(rbac, 'RoleBinding'),
  definitions,
];

const texts = (value: unknown): readonly string[] => listOf(value).map(String);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const versionOf = (crd: KubernetesObject, version: Fields): ResourceType => {
  const spec = fieldsOf(crd['spec']);
  const names = fieldsOf(spec['names']);
  const [group, kind, plural] = [text(spec['group']), text(names['kind']), text(names['plural'])];
  const selectable = listOf(version['selectableFields']).map((field) => text(fieldsOf(field)['jsonPath']).slice(1));
  return {
    group,
    version: text(version['name']),
    kind,
    plural,
    singular: text(names['singular']) || kind.toLowerCase(),
    shortNames: texts(names['shortNames']),
    categories: texts(names['categories']),
    namespaced: spec['scope'] === 'Namespaced',
    status: fieldsOf(version['subresources'])['status'] !== undefined,
    counted: true,
    storage: qualified(plural, group),
    selectable: ['metadata.name', 'metadata.namespace', ...selectable],
    columns: listOf(version['additionalPrinterColumns']) as readonly Column[],
    custom: { schema: fieldsOf(fieldsOf(version['schema'])['openAPIV3Schema']) },
  };
};

const derived = new WeakMap<KubernetesObject, readonly ResourceType[]>();

/** The types that a custom resource definition makes: one for each served version. */
export const customTypes = (crd: KubernetesObject): readonly ResourceType[] => {
  const versions = listOf(fieldsOf(crd['spec'])['versions']).map(fieldsOf);
  const types = derived.get(crd) ?? versions.filter((one) => one['served'] === true).map((one) => versionOf(crd, one));
  derived.set(crd, types);
  return types;
};

/** `group/version`, or just the version in the core group. */
export const groupVersion = ({ group, version }: Pick<ResourceType, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;
