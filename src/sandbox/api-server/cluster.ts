import { isDeepStrictEqual } from 'node:util';
import type { Identity } from './authorize.ts';
import { servedTypes } from './follow.ts';
import type { ResourceType } from './resource-type.ts';
import type { Route } from './route.ts';
import { unauthorized } from './status-error.ts';
import type { Store } from './store.ts';

/** What one API server knows: its objects, who its tokens stand for, and how patient it is. Times in milliseconds. */
export type Cluster = {
  readonly store: Store;
  readonly tokens: Map<string, Identity>;
  readonly bookmarkEvery: number;
  readonly futureVersionWait: number;
};

/** Who a request comes from; 401 where nobody is known by its token. */
export const authenticate = ({ tokens }: Cluster, authorization: string): Identity => {
  const identity = tokens.get(authorization.replace(/^Bearer /, ''));
  if (!identity) throw unauthorized();
  return identity;
};

/** The type that a route leads to, if it is served and has the subresource. */
export const typeOf = ({ store }: Cluster, route: Route): ResourceType | undefined => {
  const { group, version, plural, namespace, name, subresource } = route;
  const type = servedTypes(store).find((one) =>
    isDeepStrictEqual([one.group, one.version, one.plural], [group, version, plural]),
  );
  if (!type || (namespace !== undefined && !type.namespaced)) return undefined;
  if (type.namespaced && name !== undefined && namespace === undefined) return undefined;
  const exists = subresource === undefined || (subresource === 'status' && type.status);
  return exists ? type : undefined;
};
