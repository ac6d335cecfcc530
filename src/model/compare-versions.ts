import semver from 'semver';

/** How revision `a` stands to `b` by semantic versioning; build metadata makes no difference, and `unknown` when either is no version. */
export const compareVersions = (a: string, b: string): 'older' | 'same' | 'newer' | 'unknown' => {
  if (a === b) return 'same';
  const [one, other] = [semver.parse(a), semver.parse(b)];
  if (!one || !other) return 'unknown';
  const order = one.compare(other);
  return order < 0 ? 'older' : order > 0 ? 'newer' : 'same';
};
