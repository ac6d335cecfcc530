import { BehaviorSubject, Observable, type OperatorFunction, type Subscription } from 'rxjs';

/** What becomes of an entry. */
export interface EntryStreams<K, V, R> {
  /**
   * `before` is what its key stood for until now, when there was something; `values` begins with `value` and goes on with
   * each that continues it.
   */
  readonly open: (key: K, value: V, before: V | undefined, values: Observable<V>) => Observable<R>;
  readonly closed: (key: K) => R;
  readonly same: (before: V, after: V) => boolean;
  /** Whether another value is told to the stream that is open; without it none is. */
  readonly continues?: (before: V, after: V) => boolean;
}

/**
 * Keeps one inner stream open for each entry of the newest map, and merges them: a new entry opens one, another value
 * closes the old one and then opens the new one unless it continues it, and an entry that has gone closes it and says `closed`.
 */
export const eachEntry =
  <K, V, R>({
    open,
    closed,
    same,
    continues = () => false,
  }: EntryStreams<K, V, R>): OperatorFunction<ReadonlyMap<K, V>, R> =>
  (maps) =>
    new Observable((subscriber) => {
      const running = new Map<K, { readonly values: BehaviorSubject<V>; readonly stream: Subscription }>();
      const show = (key: K, value: V): void => {
        const before = running.get(key);
        const old = before?.values.value;
        if (before && old !== undefined) {
          if (same(old, value)) return;
          if (continues(old, value)) {
            before.values.next(value);
            return;
          }
        }
        before?.stream.unsubscribe();
        const values = new BehaviorSubject(value);
        const stream = open(key, value, old, values).subscribe({
          next: (result) => subscriber.next(result),
          error: (error: unknown) => subscriber.error(error),
        });
        running.set(key, { values, stream });
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
