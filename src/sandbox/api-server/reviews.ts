import { randomUUID } from 'node:crypto';
import { isAllowed, type Identity } from './authorize.ts';
import { parseBody } from './body.ts';
import type { Cluster } from './cluster.ts';
import { fieldsOf } from './kubernetes-object.ts';
import type { Asked } from './respond.ts';
import type { Route } from './route.ts';
import { notFound } from './status-error.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const accessReview = (cluster: Cluster, asked: Asked, identity: Identity): object => {
  const body = fieldsOf(parseBody(asked));
  const wanted = fieldsOf(fieldsOf(body['spec'])['resourceAttributes']);
  const optional = (field: string) => (text(wanted[field]) === '' ? undefined : text(wanted[field]));
  const allowed = isAllowed(cluster.store, identity, {
    verb: text(wanted['verb']),
    group: text(wanted['group']),
    resource: text(wanted['resource']),
    subresource: optional('subresource'),
    namespace: optional('namespace'),
    name: optional('name'),
  });
  return { ...body, status: { allowed } };
};

const tokenRequest = (cluster: Cluster, asked: Asked, { namespace = '', name = '' }: Route): object => {
  if (!cluster.store.get('serviceaccounts', `${namespace}/${name}`))
    throw notFound({ group: '', plural: 'serviceaccounts', kind: 'ServiceAccount' }, name);
  const token = randomUUID();
  cluster.tokens.set(token, { user: `system:serviceaccount:${namespace}:${name}` });
  const expirationTimestamp = new Date(Date.now() + 3600 * 1000).toISOString();
  return { ...fieldsOf(parseBody(asked)), status: { token, expirationTimestamp } };
};

/** The answer to what is asked by POST and stored nowhere: `kubectl auth can-i` and `kubectl create token`. */
export const review = (cluster: Cluster, asked: Asked, route: Route, identity: Identity): object | undefined => {
  if (asked.method !== 'POST') return undefined;
  if (route.plural === 'selfsubjectaccessreviews') return accessReview(cluster, asked, identity);
  const isToken = route.group === '' && route.plural === 'serviceaccounts' && route.subresource === 'token';
  return isToken ? tokenRequest(cluster, asked, route) : undefined;
};
