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

const isSelective = (params: URLSearchParams): boolean => params.has('labelSelector') || params.has('fieldSelector');

/** How many items a page may have: a list from version "0" comes from a cache that knows no pages. */
const limitOf = (params: URLSearchParams): number => {
  const cached = !params.has('continue') && params.get('resourceVersion') === '0';
  return (!cached && Number(params.get('limit'))) || Infinity;
};

/** The page that a list request asks for: unpaged from version "0", all pages of one list as of one version. */
export const listPage = (store: Store, { type, namespace, params }: ListRequest): Page => {
  const text = params.get('continue') ?? '';
  const token = text === '' ? { rv: 0, start: '' } : decode(text);
  const at = text === '' ? versionAsked(store, params) : versionContinued(store, token, params);
  const selects = selectorOf(type, namespace, params);
  const place = ({ metadata }: KubernetesObject) => (namespace === undefined ? keyOf(metadata) : metadata.name);
  const selected = store.list(type.storage, at).filter((object) => selects(toServed(type, object)));
  const rest = selected.filter((object) => place(object) >= token.start);
  const limit = limitOf(params);
  const items = rest.slice(0, limit);
  const next = rest[limit - 1];
  const metadata = { resourceVersion: String(at) };
  // Lists of custom resources say `continue: ""` where there is nothing to continue; built-in ones leave it out.
  if (rest.length <= limit || !next) return { items, metadata: { ...(type.custom && { continue: '' }), ...metadata } };
  const more = { continue: encode({ rv: token.rv || at, start: place(next) }) };
  const remaining = isSelective(params) ? {} : { remainingItemCount: rest.length - limit };
  return { items, metadata: { ...metadata, ...more, ...remaining } };
};
