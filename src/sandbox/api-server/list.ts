import { isFields, keyOf, type KubernetesObject } from './kubernetes-object.ts';
import { toServed } from './present.ts';
import type { ResourceType } from './resource-type.ts';
import { selectorOf } from './selectors.ts';
import { badRequest, expired, tooLargeResourceVersion } from './status-error.ts';
import type { Store } from './store.ts';

/** What a list or watch asks for. */
export type ListRequest = {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly params: URLSearchParams;
};

/** One page of a list, as stored objects. */
export type Page = {
  readonly items: readonly KubernetesObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
};

type Token = { readonly rv: number; readonly start: string };

/** The number in a resourceVersion parameter; 400 where it is none. */
export const parseVersion = (text: string): number => {
  if (!/^\d*$/.test(text))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  return Number(text);
};

const encode = ({ rv, start }: Token): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start: `${start}\0` })).toString('base64url');

const decode = (text: string): Token => {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!isFields(token)) throw new Error('not an object');
    return { rv: Number(token['rv']), start: String(token['start']) };
  } catch (error) {
    throw badRequest(`invalid continue token: continue key is not valid: ${(error as Error).message}`);
  }
};

const tooOldToContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** The version a list without a token is read at: the newest, unless exactly one version is asked for. */
const versionAsked = (store: Store, params: URLSearchParams): number => {
  const asked = parseVersion(params.get('resourceVersion') ?? '');
  const match = params.get('resourceVersionMatch');
  const exact = asked > 0 && (match === 'Exact' || (match === null && params.has('limit')));
  if (asked > store.version()) throw tooLargeResourceVersion(asked, store.version());
  if (exact && asked < store.oldest()) throw expired('The resourceVersion for the provided list is too old.');
  return exact ? asked : store.version();
};

const versionContinued = (store: Store, { rv, start }: Token, params: URLSearchParams): number => {
  if (!['', '0'].includes(params.get('resourceVersion') ?? ''))
    throw badRequest('specifying resource version is not allowed when using continue');
  if (rv === -1) return store.version();
  if (rv < store.oldest())
    throw expired(tooOldToContinue, { continue: encode({ rv: -1, start: start.replace(/\0$/, '') }) });
  return rv;
};

/** The page that a list request asks for: unpaged from version "0", all pages of one list as of one version. */
export const listPage = (store: Store, { type, namespace, params }: ListRequest): Page => {
  const text = params.get('continue') ?? '';
  const token = text === '' ? undefined : decode(text);
  const at = token ? versionContinued(store, token, params) : versionAsked(store, params);
  const selects = selectorOf(type, namespace, params);
  const inside = (object: KubernetesObject) =>
    namespace === undefined ? keyOf(object.metadata) : object.metadata.name;
  const rest = store
    .list(type.storage, at)
    .filter((object) => selects(toServed(type, object)) && (!token || inside(object) >= token.start));
  const cached = !token && params.get('resourceVersion') === '0';
  const limit = cached ? 0 : Number(params.get('limit') ?? 0);
  const metadata = { resourceVersion: String(at) };
  // Lists of custom resources say `continue: ""` where there is nothing to continue; built-in ones leave it out.
  if (limit === 0 || rest.length <= limit)
    return { items: rest, metadata: { ...(type.custom && { continue: '' }), ...metadata } };
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const selective = params.has('labelSelector') || params.has('fieldSelector');
  return {
    items,
    metadata: {
      ...metadata,
      ...(last && { continue: encode({ rv: token?.rv ?? at, start: inside(last) }) }),
      ...(!selective && { remainingItemCount: rest.length - limit }),
    },
  };
};
