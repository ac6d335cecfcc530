import { fieldsOf, without, type Fields, type KubernetesObject } from './kubernetes-object.ts';
import { groupVersion, type ResourceType } from './resource-type.ts';
import { prune } from './schema.ts';

const isNewEvent = (type: ResourceType): boolean => type.group === 'events.k8s.io';

/** The names that events.k8s.io has for the fields of a core Event. */
const eventFields: readonly (readonly [core: string, newer: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

const renamed = (object: KubernetesObject, pairs: readonly (readonly [string, string])[]): KubernetesObject => {
  const names = new Map(pairs);
  const fields: Fields = fieldsOf(object);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [names.get(name) ?? name, value]),
  ) as KubernetesObject;
};

/** A stored object in the version that was asked for; what that version does not know is left out. */
export const toServed = (type: ResourceType, object: KubernetesObject): KubernetesObject => {
  const apiVersion = groupVersion(type);
  if (object.apiVersion === apiVersion) return object;
  const served = { ...(isNewEvent(type) ? renamed(object, eventFields) : object), apiVersion };
  return type.custom ? (prune(served, type.custom.schema) as KubernetesObject) : served;
};

/** An object as it is stored: events of either group as core Events. */
export const toStored = (type: ResourceType, object: KubernetesObject): KubernetesObject =>
  isNewEvent(type)
    ? {
        ...renamed(
          object,
          eventFields.map(([core, newer]) => [newer, core] as const),
        ),
        apiVersion: 'v1',
      }
    : object;

/** An object as an item of a list: built-in lists do not repeat the type. */
export const toItem = (type: ResourceType, object: KubernetesObject): object =>
  type.custom ? toServed(type, object) : without(toServed(type, object), 'apiVersion', 'kind');
