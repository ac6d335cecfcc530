import type { Amount } from './allowance.ts';

/**
 * Where a list-and-watch stands: everything that decides what it does next.
 *
 *     asking ─┬─> streaming ──┬─> watching
 *             └─> listing ⟲ ──┘
 *
 * After a failure it is `waiting` for one of them; what follows which failure is said in recovery.ts.
 */
export type WatchState = Active | Waiting;

/** The states in which a server is asked for something. */
export type Active = Asking | Streaming | Listing | Watching;

/** What is known whatever comes next. */
interface Known {
  /**
   * The newest resourceVersion that is known to have been seen, opaque but for `'0'` (before the first list: whatever the
   * server has at hand) and `''` (only what is newest will do).
   */
  readonly version: string;
  /** Whether this server has been seen to send bookmarks: then silence means something. */
  readonly bookmarks: boolean;
  /** Whether this server streams the first state; undefined until it has told its version. */
  readonly streams: boolean | undefined;
}

/** About to ask which version of the API is served, and how the first state is had. */
export interface Asking extends Known {
  readonly type: 'asking';
}

/** About to ask for the list, or for its next page. `served` is the API version of the resource. */
export interface Listing extends Known {
  readonly type: 'listing';
  readonly served: string;
  /** `whole` is the answer to pages that expired while they were read. */
  readonly page: Page;
}

type Page =
  | { readonly type: 'first' }
  | { readonly type: 'next'; readonly token: string; readonly read: Amount }
  | { readonly type: 'whole' };

/** About to be told by one watch all that there is and then what changes, or being told what there is ("WatchList"). */
export interface Streaming extends Known {
  readonly type: 'streaming';
  readonly served: string;
}

/** About to watch, or watching. */
export interface Watching extends Known {
  readonly type: 'watching';
  readonly served: string;
  /** How many watches have broken off in a row without having said anything. */
  readonly broken: number;
}

/** Leaving the server alone for `delay` milliseconds. */
export interface Waiting {
  readonly type: 'waiting';
  readonly delay: number;
  readonly next: Active;
}

/** Before anything is known. */
export const unlisted: Asking = { type: 'asking', version: '0', bookmarks: false, streams: undefined };

/** A state from which everything is listed again, not older than `version`. */
export const listAgain = ({ bookmarks, streams }: Active, version: string): Asking => ({
  type: 'asking',
  version,
  bookmarks,
  streams,
});

/** Whether the list is asked for in pages that a server obeys: one that may be of any age comes from a cache, as a whole. */
export const isPaged = ({ version, page }: Listing): boolean =>
  page.type === 'next' || (page.type === 'first' && version === '');

/** The state after a whole list, from whose version the watch goes on. */
export const listed = ({ served, bookmarks, streams }: Listing | Streaming, version: string): Watching => ({
  type: 'watching',
  served,
  version,
  broken: 0,
  bookmarks,
  streams,
});
