import type { Announcement } from '../model/action.ts';
import { managementCluster } from '../model/cluster.ts';
import { deploymentReasons, type Deployment } from '../model/deployment.ts';
import { formatDuration } from '../model/duration.ts';
import { objectKey } from '../model/object-key.ts';
import { sentence } from './catalogue.ts';
import { firstOf, titleOf } from './survey.ts';

/** Deployments of one version that have come to the same at once, in however many targets. */
const announceSame = (same: readonly [Deployment, ...Deployment[]]): Announcement => {
  const [{ version, environment, status, previous, message, duration }] = same;
  const targets = same.map(({ cluster = managementCluster, namespace, name }) =>
    titleOf({ cluster, release: objectKey(namespace, name) }),
  );
  const took = same.length === 1 && status === 'succeeded' && duration !== undefined;
  const runs = status === 'rolledback' && previous !== undefined ? `: ${previous} runs again` : '';
  const end = took ? `; it took ${formatDuration(duration)}` : runs;
  const detail = message === undefined ? end : `: ${message}`;
  return {
    type: status === 'failed' ? 'Warning' : 'Normal',
    reason: deploymentReasons[status],
    message: sentence('DeploymentChanged', {
      revision: version,
      environment,
      status,
      targets: firstOf(targets, ', '),
      detail,
    }),
  };
};

/** One Event for a version, however many targets it comes to at once. */
export const announceDeployments = (deployments: readonly Deployment[]): readonly Announcement[] => {
  const groups = new Map<string, [Deployment, ...Deployment[]]>();
  for (const deployment of deployments) {
    const { environment, version, status, previous } = deployment;
    const key = [environment, version, status, ...(status === 'rolledback' ? [previous] : [])].join(' ');
    const known = groups.get(key);
    if (known) known.push(deployment);
    else groups.set(key, [deployment]);
  }
  return [...groups.values()].map(announceSame);
};
