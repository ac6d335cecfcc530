import { apiVersion } from '../../model/pipeline.ts';
import type { PipelineSpec, Strategy } from '../../model/pipeline-spec.ts';
import type { Manifest } from '../resource-path.ts';
import { application, credentialsSecret, environments, systemNamespace } from './application.ts';

const targetIn = (cluster: string) => ({
  namespace: application,
  clusterRef: { kind: 'GitopsCluster' as const, name: cluster, namespace: systemNamespace },
});

/** The demo's Pipeline, as a person writes it: pull requests on `repositoryUrl`, and production by approval. */
export const pipeline = (repositoryUrl: string): Manifest & { readonly spec: PipelineSpec } => {
  const strategy: Strategy = {
    'pull-request': {
      type: 'github',
      url: repositoryUrl,
      baseBranch: 'main',
      secretRef: { name: credentialsSecret },
    },
  };
  return {
    apiVersion,
    kind: 'Pipeline',
    metadata: { namespace: application, name: application },
    spec: {
      appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: application },
      environments: environments.map(({ name, clusters }) => ({
        name,
        targets: clusters.map(targetIn),
        ...(name === 'prod' && { promotion: { manual: true, strategy } }),
      })),
      promotion: { strategy },
    },
  };
};
