import type { Deployment } from '../model/deployment.ts';
import { compareVersions } from './compare-versions.ts';

/** What a deployment does to what ran there before: it is the first, or the same again; goes on; or goes back to an older version. */
export const changeOf = ({
  version,
  previous,
}: Pick<Deployment, 'version' | 'previous'>): 'deployed' | 'upgraded' | 'rolledback' => {
  if (previous === undefined) return 'deployed';
  switch (compareVersions(version, previous)) {
    case 'same':
      return 'deployed';
    case 'older':
      return 'rolledback';
    case 'newer':
    case 'unknown':
      return 'upgraded';
  }
};
