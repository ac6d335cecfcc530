/**
 * Where a list-and-watch stands: everything that decides what it does next.
 * `version` is the newest resourceVersion that is known to have been seen, opaque but for `'0'` (before the first list:
 * whatever the server has at hand) and `''` (only what is newest will do).
 */
export type WatchState = Listing | Watching | Waiting;

/** About to ask for the list, or for its next page. */
export interface Listing {
  readonly type: 'listing';
  readonly version: string;
  /** `whole` is the answer to pages that expired while they were read. */
  readonly page: Page;
  readonly bookmarks: boolean;
}

type Page =
  | { readonly type: 'first' }
  | { readonly type: 'next'; readonly served: string; readonly token: string }
  | { readonly type: 'whole' };

/** About to watch, or watching. */
export interface Watching {
  readonly type: 'watching';
  /** The API version of the resource that was listed. */
  readonly served: string;
  readonly version: string;
  /** How many watches have broken off in a row without having said anything. */
  readonly broken: number;
  /** Whether this server has been seen to send bookmarks: then silence means something. */
  readonly bookmarks: boolean;
}

/** Leaving the server alone for `delay` milliseconds. */
export interface Waiting {
  readonly type: 'waiting';
  readonly delay: number;
  readonly next: Listing | Watching;
}

/** Before anything is known. */
export const unlisted: Listing = { type: 'listing', version: '0', page: { type: 'first' }, bookmarks: false };

/** A state from which everything is listed again, not older than `version`. */
export const listAgain = ({ bookmarks }: Listing | Watching, version: string): Listing => ({
  type: 'listing',
  version,
  page: { type: 'first' },
  bookmarks,
});
