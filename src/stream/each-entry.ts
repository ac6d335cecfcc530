import { Observable, type OperatorFunction, type Subscription } from 'rxjs';

/** What becomes of an entry. `before` is what its key stood for until now, when there was something. */
export interface EntryStreams<K, V, R> {
  readonly open: (key: K, value: V, before: V | undefined) => Observable<R>;
  readonly closed: (key: K) => R;
  readonly same: (before: V, after: V) => boolean;
}

/**
 * Keeps one inner stream open for each entry of the newest map, and merges them: a new entry opens one, another value
 * closes the old one and then opens the new one, and an entry that has gone closes it and says `closed`.
 */
export const eachEntry =
  <K, V, R>({ open, closed, same }: EntryStreams<K, V, R>): OperatorFunction<ReadonlyMap<K, V>, R> =>
  (maps) =>
    new Observable((subscriber) => {
      const running = new Map<K, { readonly value: V; readonly stream: Subscription }>();
      const show = (key: K, value: V): void => {
        const before = running.get(key);
        if (before && same(before.value, value)) return;
        before?.stream.unsubscribe();
        const stream = open(key, value, before?.value).subscribe({
          next: (result) => subscriber.next(result),
          error: (error: unknown) => subscriber.error(error),
        });
        running.set(key, { value, stream });
      };
      const drop = (key: K): void => {
        running.get(key)?.stream.unsubscribe();
        running.delete(key);
        subscriber.next(closed(key));
      };
      const outer = maps.subscribe({
        next: (map) => {
          for (const key of [...running.keys()]) if (!map.has(key)) drop(key);
          for (const [key, value] of map) show(key, value);
        },
        error: (error: unknown) => subscriber.error(error),
      });
      return () => {
        outer.unsubscribe();
        for (const { stream } of running.values()) stream.unsubscribe();
      };
    });
