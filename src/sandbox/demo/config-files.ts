import { application, environments, first } from './application.ts';

export const releaseFile = (cluster: string): string => `clusters/${cluster}/${application}.yaml`;

const versionLine = (environment: string, version: string): string =>
  environment === first.name
    ? `version: ${version}`
    : `version: ${version} # {"$promotion": "${application}:${application}:${environment}"}`;

/** A cluster's file in the config repository; the version is marked for promotion where it does not come from people. */
export const releaseText = (environment: string, version: string): string => `apiVersion: v1
kind: Namespace
metadata:
  name: ${application}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${application}
  namespace: ${application}
spec:
  interval: 10m
  chart:
    spec:
      chart: ${application}
      ${versionLine(environment, version)}
      sourceRef:
        kind: HelmRepository
        name: ${application}
        namespace: flux-system
  values:
    ui:
      message: Hello from ${environment}
`;

/** The config repository with one version everywhere. */
export const configFiles = (version: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    environments.flatMap(({ name, clusters }) =>
      clusters.map((cluster) => [releaseFile(cluster), releaseText(name, version)]),
    ),
  );
