import type { Attributes } from './authorize.ts';

/** Where a request for a resource goes: the parts of `/apis/<group>/<version>/namespaces/<ns>/<plural>/<name>/<sub>`. */
export type Route = {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
};

/** The route of a path; undefined where the path leads to no resource. */
export const parseRoute = (path: string): Route | undefined => {
  const steps = path
    .split('/')
    .filter((step) => step !== '')
    .map(decodeURIComponent);
  const [root, ...rest] = steps;
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group = '', version = '', ...resource] = root === 'api' ? ['', ...rest] : rest;
  return insideVersion(group, version, resource);
};

const insideVersion = (group: string, version: string, steps: readonly string[]): Route | undefined => {
  const inside = steps[0] === 'namespaces' && steps.length > 2 && !['status', 'finalize'].includes(steps[2] ?? '');
  const namespace = inside ? steps[1] : undefined;
  const [plural, name, subresource, ...more] = inside ? steps.slice(2) : steps;
  if (plural === undefined || more.length > 0) return undefined;
  return { group, version, plural, namespace, name, subresource };
};

const ofOne: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const ofMany: Readonly<Record<string, string>> = { ...ofOne, GET: 'list', DELETE: 'deletecollection' };

/** Whether list parameters ask for a watch. */
const isWatch = (params: URLSearchParams): boolean => ['true', '1', ''].includes(params.get('watch') ?? 'false');

/** What RBAC is asked about a request. */
export const attributesOf = (method: string, route: Route, params: URLSearchParams): Attributes => {
  const { group, plural: resource, subresource, namespace } = route;
  const verb = (route.name === undefined ? ofMany : ofOne)[method] ?? method.toLowerCase();
  const selected = /(?:^|,)metadata\.name==?([^,]+)/.exec(params.get('fieldSelector') ?? '')?.[1];
  const namespaced = resource === 'namespaces' && group === '' ? route.name : namespace;
  return {
    verb: verb === 'list' && isWatch(params) ? 'watch' : verb,
    group,
    resource,
    subresource,
    namespace: namespaced,
    name: route.name ?? (['list', 'deletecollection'].includes(verb) ? selected : undefined),
  };
};
