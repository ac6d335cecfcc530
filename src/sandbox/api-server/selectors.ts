import { fieldsOf, type KubernetesObject } from './kubernetes-object.ts';
import type { ResourceType } from './resource-type.ts';
import { badRequest } from './status-error.ts';

/** Whether an object is one of those that a list or watch asks for. */
export type Selector = (object: KubernetesObject) => boolean;

type Labels = Readonly<Record<string, string>>;

const setBased = /^\s*([^\s,!=()]+)\s+(in|notin)\s+\(([^)]*)\)\s*$/;
const equality = /^\s*([^\s,!=()]+)\s*(==|=|!=)\s*([^\s,!=()]*)\s*$/;
const existence = /^\s*(!?)\s*([^\s,!=()]+)\s*$/;

const requirement = (text: string): ((labels: Labels) => boolean) => {
  const set = setBased.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? '\0') === (operator === 'in');
  }
  const equal = equality.exec(text);
  if (equal) {
    const [, key = '', operator, value] = equal;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const exists = existence.exec(text);
  if (!exists) throw badRequest(`unable to parse requirement: ${text}`);
  const [, not, key = ''] = exists;
  return (labels) => (labels[key] !== undefined) === (not === '');
};

const labelSelector = (text: string): Selector => {
  const requirements = (text.match(/[^,(]+(\([^)]*\))?/g) ?? []).map(requirement);
  return ({ metadata }) => requirements.every((holds) => holds(metadata.labels ?? {}));
};

const fieldAt = (object: KubernetesObject, path: string): string => {
  const value = path.split('.').reduce<unknown>((inner, name) => fieldsOf(inner)[name], object);
  return typeof value === 'string' ? value : JSON.stringify(value ?? '').replaceAll('"', '');
};

const fieldSelector = (text: string, type: ResourceType): Selector => {
  const requirements = text.split(',').map((term) => {
    const [, path = '', operator, value = ''] = /^([^!=]+)(==|=|!=)(.*)$/.exec(term.trim()) ?? [];
    if (operator === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
    if (!type.selectable.includes(path)) throw badRequest(`field label not supported: ${path}`);
    return (object: KubernetesObject) => (fieldAt(object, path) === value) === (operator !== '!=');
  });
  return (object) => requirements.every((holds) => holds(object));
};

/** The selector of a request: its namespace, labelSelector and fieldSelector together. */
export const selectorOf = (type: ResourceType, namespace: string | undefined, params: URLSearchParams): Selector => {
  const labels = params.get('labelSelector') ?? '';
  const fields = params.get('fieldSelector') ?? '';
  const all: Selector[] = [
    ...(namespace === undefined ? [] : [({ metadata }: KubernetesObject) => metadata.namespace === namespace]),
    ...(labels === '' ? [] : [labelSelector(labels)]),
    ...(fields === '' ? [] : [fieldSelector(fields, type)]),
  ];
  return (object) => all.every((selects) => selects(object));
};
