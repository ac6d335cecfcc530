import { Observable, type OperatorFunction } from 'rxjs';
import type { WatchEvent } from './watch-event.ts';

/** What changed in the set of objects that a watch shows. */
export type Change<T, F> =
  /** All there is: whatever was known before and is not among `objects` is gone. */
  | { readonly type: 'replaced'; readonly objects: readonly T[] }
  | { readonly type: 'apply'; readonly object: T }
  | { readonly type: 'delete'; readonly object: T }
  | { readonly type: 'resumed' }
  | { readonly type: 'lost'; readonly failure: F };

/** How objects are told apart: `key` names the place, `uid` who is in it, `same` whether there is anything new to tell. */
export interface Identity<T> {
  readonly key: (object: T) => string;
  readonly uid: (object: T) => string;
  readonly same: (before: T, after: T) => boolean;
}

/**
 * Folds the brackets of a watch into changes. What says nothing new is not told; another uid under a known key is a delete
 * and an apply; a relist is one change, told when it is complete.
 */
export const reflect =
  <T, F>(identity: Identity<T>): OperatorFunction<WatchEvent<T, F>, Change<T, F>> =>
  (events: Observable<WatchEvent<T, F>>) =>
    new Observable((subscriber) => {
      const changesBy = reflector<T, F>(identity);
      return events.subscribe({
        next: (event) => changesBy(event).forEach((change) => subscriber.next(change)),
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });

const reflector = <T, F>({ key, uid, same }: Identity<T>): ((event: WatchEvent<T, F>) => readonly Change<T, F>[]) => {
  let held = new Map<string, T>();
  let listed = new Map<string, T>();

  const apply = (object: T): readonly Change<T, F>[] => {
    const before = held.get(key(object));
    held.set(key(object), object);
    if (before === undefined) return [{ type: 'apply', object }];
    if (uid(before) !== uid(object))
      return [
        { type: 'delete', object: before },
        { type: 'apply', object },
      ];
    return same(before, object) ? [] : [{ type: 'apply', object }];
  };

  return (event) => {
    switch (event.type) {
      case 'init':
        listed = new Map();
        return [];
      case 'init-apply':
        listed.set(key(event.object), event.object);
        return [];
      case 'init-delete':
        listed.delete(key(event.object));
        return [];
      case 'init-done':
        held = listed;
        listed = new Map();
        return [{ type: 'replaced', objects: [...held.values()] }];
      case 'apply':
        return apply(event.object);
      case 'delete':
        return held.delete(key(event.object)) ? [event] : [];
      case 'resumed':
      case 'lost':
        return [event];
    }
  };
};
