import { compareVersions } from '../model/compare-versions.ts';
import type { Deployment, DeploymentEffect } from '../model/deployment.ts';

/** What a deployment does to what ran there before. */
export const effectOf = ({
  version,
  previous,
  status,
}: Pick<Deployment, 'version' | 'previous' | 'status'>): DeploymentEffect => {
  if (status === 'rolledback') return 'rolledback';
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
