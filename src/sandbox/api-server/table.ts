import { JSONPath } from 'jsonpath-plus';
import { isFields, type KubernetesObject } from './kubernetes-object.ts';
import { toPartial } from './partial.ts';
import { toServed } from './present.ts';
import type { Column, ResourceType } from './resource-type.ts';

const created = 'CreationTimestamp is a timestamp representing the server time when this object was created.';
const nameColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
};
const ageColumn: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: created };

const columnsOf = ({ columns }: ResourceType): readonly Column[] => (columns.length > 0 ? columns : [ageColumn]);

/** A duration as kubectl shows ages: at most two units, coarser the longer it is. */
const humanDuration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  const days = Math.floor(hours / 24);
  const two = (big: number, unit: string, small: number, smallUnit: string) =>
    small === 0 ? `${big}${unit}` : `${big}${unit}${small}${smallUnit}`;
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  return days < 730 ? `${days}d` : two(Math.floor(days / 365), 'y', days % 365, 'd');
};

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const cell = (object: KubernetesObject, { type, jsonPath }: Column): unknown => {
  const results = JSONPath<unknown[]>({ path: `$${jsonPath}`, json: object, eval: 'safe', wrap: true });
  if (type === 'date')
    return results.length === 0 ? '<unknown>' : humanDuration(Date.now() - Date.parse(text(results[0])));
  if (results.length === 0) return null;
  if (type === 'string') return results.map(text).join(' ');
  return isFields(results[0]) ? text(results[0]) : results[0];
};

/** Whether a client prefers a Table, as kubectl's `get` does. */
export const wantsTable = (accept: string): boolean => (accept.split(',')[0] ?? '').includes('as=Table');

/** Objects as a Table with the print columns of their type; watches send its headers once. */
export const toTable = (
  type: ResourceType,
  objects: readonly KubernetesObject[],
  metadata: object,
  { include = 'Metadata', headers = true } = {},
): object => {
  const columns = columnsOf(type);
  const definitions = columns.map(({ name, type, description = '', format = '', priority = 0, jsonPath }) => ({
    name,
    type,
    format,
    description:
      description === '' ? `Custom resource definition column (in JSONPath format): ${jsonPath}` : description,
    priority,
  }));
  const rows = objects.map((stored) => {
    const object = toServed(type, stored);
    return {
      cells: [object.metadata.name, ...columns.map((column) => cell(object, column))],
      ...(include !== 'None' && { object: include === 'Object' ? object : toPartial(object) }),
    };
  });
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: headers ? [nameColumn, ...definitions] : null,
    rows,
  };
};
