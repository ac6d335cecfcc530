import type { Deployment, DeploymentEffect } from '../../src/model/deployment.ts';
import type { News } from '../../src/model/news.ts';
import { start } from './builders.ts';

/** podinfo 6.1.5 has arrived in prod. */
export const aDeployment = (parts: Partial<Deployment> = {}): Deployment => ({
  id: 'd1',
  pipeline: 'apps/podinfo',
  application: 'podinfo',
  version: '6.1.5',
  previous: '6.1.4',
  environment: 'prod',
  cluster: 'apps/prod-eu',
  namespace: 'podinfo',
  name: 'podinfo',
  status: 'succeeded',
  startedAt: '2026-03-02T09:59:20Z',
  finishedAt: '2026-03-02T10:00:00Z',
  duration: 40_000,
  detectedBy: 'Watch',
  ...parts,
});

const common = { at: start, pipeline: 'apps/podinfo', uid: 'uid-1' } as const;

export const deployed = (parts: Partial<Deployment> = {}, effect: DeploymentEffect = 'upgraded'): News => ({
  ...common,
  type: 'deployed',
  id: 'd1.succeeded',
  deployment: aDeployment(parts),
  effect,
});

/** Some state of the promotion of 6.1.5 into prod, as an Event tells it. */
export const promoted = (state: string, type: 'Normal' | 'Warning' = 'Normal'): News => ({
  ...common,
  type: 'announced',
  id: `p1.${state}`,
  announcement: {
    type,
    reason: `Promotion${state}`,
    message: `promotion of 6.1.5 from dev to prod is ${state}`,
    metadata: { id: 'p1', pipeline: 'apps/podinfo', environment: 'prod', version: '6.1.5', from: 'dev', state },
  },
});
