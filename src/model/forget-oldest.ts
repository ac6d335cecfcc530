/** What a Map and a Set have in common. */
interface Kept<K> {
  readonly size: number;
  readonly keys: () => Iterable<K>;
  readonly delete: (key: K) => boolean;
}

/** Takes out of a Map or a Set of more than `most` those that were put in first. */
export const forgetOldest = <K>(kept: Kept<K>, most: number): void => {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
};
