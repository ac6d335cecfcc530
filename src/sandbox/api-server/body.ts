import { parse } from 'yaml';
import { fieldsOf, isFields, type KubernetesObject } from './kubernetes-object.ts';
import { groupVersion, type ResourceType } from './resource-type.ts';
import { readProtobuf } from './protobuf.ts';
import type { Asked } from './respond.ts';
import { badRequest, invalid, unsupportedMediaType } from './status-error.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';
const yamlTypes = ['application/apply-patch+yaml', 'application/yaml'];

/** The body as a value; 400 where it is not what its type says. */
export const parseBody = ({ body, contentType }: Asked): unknown => {
  try {
    if (contentType === protobuf) return readProtobuf(body);
    return yamlTypes.includes(contentType) ? parseYaml(body.toString()) : JSON.parse(body.toString());
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Most YAML that is sent is JSON, which JSON.parse reads in a thousandth of the time where an object has many keys. */
const parseYaml = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return parse(text);
  }
};

/** The object in the body, which must be of the type that the URL names. */
export const parseObject = (asked: Asked, type: ResourceType): KubernetesObject => {
  const known = ['application/json', ...yamlTypes, protobuf].includes(asked.contentType);
  const value = known ? parseBody(asked) : undefined;
  if (value === undefined) throw unsupportedMediaType(['application/json', 'application/yaml']);
  return asObject(value, type);
};

/** The value as an object of a type; 400 where it says that it is another. */
export const asObject = (value: unknown, type: ResourceType): KubernetesObject => {
  if (!isFields(value)) throw badRequest(`the object provided is unrecognized (must be of type ${type.kind})`);
  const { apiVersion = groupVersion(type), kind = type.kind } = value;
  if (type.custom && value['kind'] === undefined)
    throw badRequest(`the object provided is unrecognized (must be of type ${type.kind}): Object 'Kind' is missing`);
  if (apiVersion !== groupVersion(type))
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${groupVersion(type)})`,
    );
  const metadata = fieldsOf(value['metadata']);
  if (kind !== type.kind && type.custom)
    throw invalid({ group: type.group, kind: String(kind) }, String(metadata['name']), [
      { reason: 'FieldValueInvalid', message: `Invalid value: "${String(kind)}": must be ${type.kind}`, field: 'kind' },
    ]);
  if (kind !== type.kind)
    throw badRequest(`${String(kind)} in version "${type.version}" cannot be handled as a ${type.kind}`);
  const known = Object.entries(metadata).filter(([, field]) => field !== null); // creationTimestamp: null is common
  return { ...value, apiVersion, kind, metadata: Object.fromEntries(known) } as KubernetesObject;
};
