import { groupVersion, type ResourceType } from './resource-type.ts';

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** Types that hold nothing and only answer a POST. */
const reviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resources: [
    {
      name: 'selfsubjectaccessreviews',
      singularName: 'selfsubjectaccessreview',
      namespaced: false,
      kind: 'SelfSubjectAccessReview',
      verbs: ['create'],
    },
  ],
};

const resourcesOf = (type: ResourceType): object[] => {
  const { plural, singular, namespaced, kind, shortNames, categories } = type;
  const name = { name: plural, singularName: singular, namespaced, kind, verbs };
  const aliases = { ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) };
  const status = { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] };
  const token = { name: `${plural}/token`, singularName: '', namespaced, kind: 'TokenRequest', verbs: ['create'] };
  return [
    { ...name, ...aliases },
    ...(type.status ? [status] : []),
    ...(kind === 'ServiceAccount' ? [{ ...token, group: 'authentication.k8s.io', version: 'v1' }] : []),
  ];
};

const groupOf = (name: string, types: readonly ResourceType[]): object | undefined => {
  const served = name === reviews.group ? [reviews] : types.filter(({ group }) => group === name);
  const versions = [...new Set(served.map(({ version }) => version))].map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return versions.length === 0 ? undefined : { name, versions, preferredVersion: versions[0] };
};

const resourceList = (wanted: string, types: readonly ResourceType[]): object | undefined => {
  const resources = types.filter((type) => groupVersion(type) === wanted).flatMap(resourcesOf);
  const all = wanted === groupVersion(reviews) ? reviews.resources : resources;
  return all.length === 0
    ? undefined
    : { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: wanted, resources: all };
};

/** The part of OpenAPI v3 that kubectl asks for before it writes: which types check unknown fields themselves. */
const openApi = (wanted: string, types: readonly ResourceType[]): object => {
  const prefix = wanted.includes('/') ? `/apis/${wanted}` : `/api/${wanted}`;
  const paths = types
    .filter((type) => groupVersion(type) === wanted)
    .map(({ group, version, kind, plural, namespaced }) => {
      const patch = {
        operationId: `patch${kind}`,
        parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
        responses: { '200': { description: 'OK' } },
        'x-kubernetes-group-version-kind': { group, version, kind },
      };
      return [`${prefix}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`, { patch }];
    });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.35.4' },
    paths: Object.fromEntries(paths) as object,
  };
};

const openApiIndex = (types: readonly ResourceType[]): object => {
  const served = [...new Set(types.map(groupVersion))].map((one) => (one.includes('/') ? `apis/${one}` : `api/${one}`));
  return { paths: Object.fromEntries(served.map((one) => [one, { serverRelativeURL: `/openapi/v3/${one}` }])) };
};

const version = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.4',
  gitCommit: 'sandbox',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'sandbox',
};

const groupList = (types: readonly ResourceType[]): object => {
  const names = [...new Set([...types.map(({ group }) => group), reviews.group])].filter((name) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => groupOf(name, types)) };
};

const group = (name: string, types: readonly ResourceType[]): object | undefined => {
  const found = groupOf(name, types);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...found };
};

const underApis = (types: readonly ResourceType[], name?: string, version?: string): object | undefined => {
  if (name === undefined) return groupList(types);
  return version === undefined ? group(name, types) : resourceList(`${name}/${version}`, types);
};

/** The answer to a path that says what the server serves; undefined where the path is none of these. */
export const discover = (path: string, types: readonly ResourceType[]): object | string | undefined => {
  const [root = '', ...steps] = path.split('/').filter((step) => step !== '');
  const [first, second, ...more] = steps;
  if (['healthz', 'readyz', 'livez'].includes(root)) return 'ok';
  if (root === 'version') return version;
  if (root === 'openapi' && first === 'v3')
    return second === undefined ? openApiIndex(types) : openApi(more.join('/'), types);
  if (root === 'api' && second === undefined)
    return first === undefined ? { kind: 'APIVersions', versions: ['v1'] } : resourceList(first, types);
  return root === 'apis' && more.length === 0 ? underApis(types, first, second) : undefined;
};
