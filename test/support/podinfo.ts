import type { Target } from '../../src/model/pipeline-spec.ts';

/** A cluster's folder holds this: the namespace and the release; the line of the version is marked for `environment`. */
const releaseFile = (version: string, environment: string): string => `apiVersion: v1
kind: Namespace
metadata: { name: podinfo }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: podinfo
spec:
  interval: 10m
  chart:
    spec:
      chart: podinfo
      version: ${version} # {"$promotion": "podinfo:podinfo:${environment}"}
      sourceRef: { kind: HelmRepository, name: podinfo, namespace: flux-system }
`;

/** Where the release of an environment lies in the config repository; every environment is a cluster of that name. */
export const releasePath = (environment: string): string => `clusters/${environment}/podinfo.yaml`;

/** The config repository's files that set an environment to a version. */
export const releaseAt = (environment: string, version: string): Readonly<Record<string, string>> => ({
  [releasePath(environment)]: releaseFile(version, environment),
});

/** A target in the cluster registered as `cluster` beside Leafwatch. */
export const targetIn = (cluster: string): Target => ({
  namespace: 'podinfo',
  clusterRef: { kind: 'GitopsCluster', name: cluster, namespace: 'leafwatch-system' },
});

/** A Pipeline that promotes podinfo from `dev` to `prod` by pull requests on a repository. */
export const podinfoPipeline = ({
  type,
  url,
  name = 'podinfo',
  clusters = ['dev', 'prod'],
  manual = false,
}: {
  readonly type: 'github' | 'gitea';
  readonly url: string;
  readonly name?: string;
  readonly clusters?: readonly string[];
  readonly manual?: boolean;
}) => ({
  apiVersion: 'pipelines.weave.works/v1alpha1',
  kind: 'Pipeline',
  metadata: { name, namespace: 'podinfo' },
  spec: {
    appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
    environments: clusters.map((cluster) => ({ name: cluster, targets: [targetIn(cluster)] })),
    promotion: {
      manual,
      strategy: { 'pull-request': { type, url, baseBranch: 'main', secretRef: { name: 'config-repository' } } },
    },
  },
});
