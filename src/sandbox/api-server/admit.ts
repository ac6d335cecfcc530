import {
  fieldsOf,
  isFields,
  listOf,
  timestamp,
  without,
  type Fields,
  type KubernetesObject,
} from './kubernetes-object.ts';
import { definitions, namespaces, type ResourceType } from './resource-type.ts';
import { applyDefaults, prune } from './schema.ts';
import { badRequest, invalid, qualified } from './status-error.ts';
import { validate } from './validate.ts';

/** An object after admission, and the fields that its schema does not know. */
export type Admitted = { readonly object: KubernetesObject; readonly unknown: readonly string[] };

/** The text of stringData goes into data, as a Secret's readers expect it. */
const admitSecret = (secret: KubernetesObject): KubernetesObject => {
  const plain = Object.entries(fieldsOf(secret['stringData']));
  const encoded = plain.map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  for (const value of Object.values(fieldsOf(secret['data'])))
    if (Buffer.from(String(value), 'base64').toString('base64') !== value)
      throw badRequest(`Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0`);
  const data = { ...fieldsOf(secret['data']), ...Object.fromEntries(encoded) } as Fields;
  return { type: 'Opaque', ...without(secret, 'stringData'), ...(Object.keys(data).length > 0 && { data }) };
};

const admitNamespace = (namespace: KubernetesObject): KubernetesObject => {
  const { metadata } = namespace;
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  const phase = metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating';
  return { ...namespace, metadata: { ...metadata, labels }, spec: { finalizers: ['kubernetes'] }, status: { phase } };
};

/** A definition is established as soon as it is there. */
const admitDefinition = (crd: KubernetesObject): KubernetesObject => {
  const spec = fieldsOf(crd['spec']);
  const names = fieldsOf(spec['names']);
  const name = qualified(String(names['plural']), String(spec['group']));
  if (crd.metadata.name !== name) {
    const message = `Invalid value: "${crd.metadata.name}": must be spec.names.plural+"."+spec.group`;
    throw invalid(definitions, crd.metadata.name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.name' }]);
  }
  const kind = String(names['kind']);
  const full: Fields = { listKind: `${kind}List`, singular: kind.toLowerCase(), ...names };
  const was = listOf(fieldsOf(crd['status'])['conditions']).map(fieldsOf)[0]?.['lastTransitionTime'];
  const since = { status: 'True', lastTransitionTime: was ?? timestamp() };
  const conditions = [
    { type: 'NamesAccepted', reason: 'NoConflicts', message: 'no conflicts found', ...since },
    { type: 'Established', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted', ...since },
  ];
  const stored = listOf(spec['versions'])
    .map(fieldsOf)
    .find((version) => version['storage'] === true);
  const status = { conditions, acceptedNames: full, storedVersions: [stored?.['name']] };
  return { ...crd, spec: { conversion: { strategy: 'None' }, ...spec, names: full }, status };
};

const bySchema = (type: ResourceType, object: KubernetesObject, previous: KubernetesObject | undefined): Admitted => {
  if (!type.custom) return { object, unknown: [] };
  const { schema } = type.custom;
  const unknown: string[] = [];
  const complete = applyDefaults(prune(object, schema, unknown), schema) as KubernetesObject;
  const causes = validate(complete, schema, previous);
  if (causes.length > 0) throw invalid(type, object.metadata.name, causes);
  return { object: complete, unknown };
};

/** What the server itself changes in an object before it is stored; throws where it refuses the object. */
export const admit = (type: ResourceType, object: KubernetesObject, previous?: KubernetesObject): Admitted => {
  if (type.storage === namespaces.storage) return { object: admitNamespace(object), unknown: [] };
  if (type.storage === definitions.storage) return { object: admitDefinition(object), unknown: [] };
  if (type.storage === 'secrets' && isFields(object)) return { object: admitSecret(object), unknown: [] };
  return bySchema(type, object, previous);
};
