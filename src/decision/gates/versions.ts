import semver from 'semver';
import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';

const read = (range: string): semver.Range | undefined => {
  try {
    return new semver.Range(range);
  } catch {
    return undefined;
  }
};

/** The revision must satisfy the semver range; a pre-release does so only where the range names one. */
export const versions: Step = ({ promotion: { versions: range }, revision }) => {
  if (range === undefined) return pass('VersionAllowed', { revision, range });
  const allowed = read(range);
  if (!allowed)
    return judgement(
      'InvalidField',
      { revision, field: 'versions', problem: `"${range}" is no semver range` },
      { revision },
    );
  return allowed.test(revision)
    ? pass('VersionAllowed', { revision, range })
    : judgement('VersionOutOfRange', { revision, range }, { revision });
};
