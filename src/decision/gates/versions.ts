import semver from 'semver';
import { judgement } from '../judgement.ts';
import type { Step } from '../pair.ts';

/** The revision must satisfy the semver range; a pre-release does so only where the range names one. */
export const versions: Step = ({ promotion: { versions: range }, revision }) => {
  if (range === undefined) return judgement('VersionAllowed', { revision, range });
  if (semver.validRange(range) === null)
    return judgement(
      'InvalidField',
      { revision, field: 'versions', problem: `"${range}" is no semver range` },
      { revision },
    );
  return semver.satisfies(revision, range)
    ? judgement('VersionAllowed', { revision, range })
    : judgement('VersionOutOfRange', { revision, range }, { revision });
};
