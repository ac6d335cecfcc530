/**
 * What a list-and-watch says, one value at a time; it neither errors nor completes.
 * A (re)list is bracketed: `init`, then `init-apply` for every object there is (`init-delete` for one that went meanwhile), then `init-done`, which also says that the
 * watch that follows it is open. A second `init` begins the bracket anew. After `lost`, what is known may be outdated until
 * `resumed` (nothing was missed) or the next `init-done`; `lost` is told again only when its failure has another reason.
 */
export type WatchEvent<T, F> =
  | { readonly type: 'init' }
  | { readonly type: 'init-apply'; readonly object: T }
  | { readonly type: 'init-delete'; readonly object: T }
  | { readonly type: 'init-done' }
  | { readonly type: 'apply'; readonly object: T }
  | { readonly type: 'delete'; readonly object: T }
  | { readonly type: 'resumed' }
  | { readonly type: 'lost'; readonly failure: F };
