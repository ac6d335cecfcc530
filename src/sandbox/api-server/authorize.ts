import { fieldsOf, listOf, type Fields, type KubernetesObject } from './kubernetes-object.ts';
import { qualified, StatusError } from './status-error.ts';
import type { Store } from './store.ts';

/** A rule in the words of RBAC; `namespaces` limits a token's own rule. */
type PolicyRule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly namespaces?: readonly string[];
};

/** Who a token stands for. With `rules` these say what it may; without, the RBAC objects in the server do. */
export type Identity = {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly rules?: readonly PolicyRule[];
};

/** What somebody wants to do. */
export type Attributes = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
};

const matches = (all: unknown, wanted: string): boolean => ['*', wanted].some((one) => listOf(all).includes(one));

const allows = (rule: Fields, { verb, group, resource, subresource, name, namespace }: Attributes): boolean => {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const names = listOf(rule['resourceNames']);
  const places = rule['namespaces'];
  return (
    matches(rule['verbs'], verb) &&
    matches(rule['apiGroups'], group) &&
    (matches(rule['resources'], full) ||
      (subresource !== undefined && listOf(rule['resources']).includes(`*/${subresource}`))) &&
    (names.length === 0 || (name !== undefined && names.includes(name))) &&
    (places === undefined || (namespace !== undefined && listOf(places).includes(namespace)))
  );
};

/** The user with the groups that Kubernetes itself adds. */
const groupsOf = ({ user, groups = [] }: Identity): readonly string[] => {
  const [, account, namespace] = /^system:(serviceaccount):([^:]+):/.exec(user) ?? [];
  const own = account === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace ?? ''}`];
  return [...groups, ...own, 'system:authenticated'];
};

const binds = (binding: KubernetesObject, identity: Identity): boolean =>
  listOf(binding['subjects'])
    .map(fieldsOf)
    .some(({ kind, name, namespace = '' }) => {
      if (kind === 'Group') return groupsOf(identity).includes(String(name));
      if (kind === 'ServiceAccount')
        return identity.user === `system:serviceaccount:${String(namespace)}:${String(name)}`;
      return kind === 'User' && identity.user === name;
    });

const rulesOf = (store: Store, binding: KubernetesObject): readonly Fields[] => {
  const { kind, name } = fieldsOf(binding['roleRef']);
  const rbac = 'rbac.authorization.k8s.io';
  const namespaced = kind === 'Role' && binding.metadata.namespace !== undefined;
  const role = namespaced
    ? store.get(`roles.${rbac}`, `${binding.metadata.namespace ?? ''}/${String(name)}`)
    : store.get(`clusterroles.${rbac}`, String(name));
  return listOf(role?.['rules']).map(fieldsOf);
};

/** Whether the identity may do it: by its own rules, or by the Roles and ClusterRoles bound to it. */
export const isAllowed = (store: Store, identity: Identity, attributes: Attributes): boolean => {
  if (groupsOf(identity).includes('system:masters')) return true;
  if (identity.rules) return identity.rules.some((rule) => allows(rule, attributes));
  const bindings = [
    ...store.list('clusterrolebindings.rbac.authorization.k8s.io'),
    ...store
      .list('rolebindings.rbac.authorization.k8s.io')
      .filter(({ metadata }) => metadata.namespace === attributes.namespace),
  ];
  return bindings
    .filter((binding) => binds(binding, identity))
    .some((binding) => rulesOf(store, binding).some((rule) => allows(rule, attributes)));
};

/** Throws 403 in the API server's words unless the identity may do it. */
export const authorize = (store: Store, identity: Identity, attributes: Attributes): void => {
  if (isAllowed(store, identity, attributes)) return;
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `${qualified(resource, group)}${name === undefined ? '' : ` "${name}"`}`;
  throw new StatusError(
    403,
    'Forbidden',
    `${what} is forbidden: User "${identity.user}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`,
    { details: { ...(name !== undefined && { name }), ...(group !== '' && { group }), kind: resource } },
  );
};
