import semver from 'semver';
import { hold } from '../judgement.ts';
import type { Gate } from './gate.ts';

/** The revision must satisfy the semver range; a pre-release does so only where the range names one. */
export const versions: Gate = ({ promotion, revision }) => {
  const range = promotion.versions;
  if (range === undefined) return undefined;
  if (semver.validRange(range) === null)
    return hold('VersionOutOfRange', `${revision} waits: versions "${range}" is no semver range; correct it`, revision);
  return semver.satisfies(revision, range)
    ? undefined
    : hold('VersionOutOfRange', `${revision} is not promoted: it does not satisfy versions "${range}"`, revision);
};
