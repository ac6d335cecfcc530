/** The application of the demo and its way: the same name for the Pipeline, the release, its namespace and the chart. */
export const application = 'podinfo';

export const environments = [
  { name: 'dev', clusters: ['dev'] },
  { name: 'staging', clusters: ['staging'] },
  { name: 'prod', clusters: ['prod-eu', 'prod-us'] },
] as const;

/** The environment that versions are released to, and those that they are promoted into. */
export const [first, ...promoted] = environments;

export const clusters = environments.flatMap((environment) => environment.clusters);

/** What runs everywhere at first, and what is released. */
export const versions = { before: '6.1.4', released: '6.1.5' } as const;

/** Where the controller lives: the registrations of clusters too. */
export const systemNamespace = 'leafwatch-system';

/** The Secret with the credentials of the config repository, as `manifests/pipeline-namespace.yaml` grants it. */
export const credentialsSecret = 'config-repository';

/** The branch of a promotion into an environment. */
export const branchOf = (environment: string, version: string): string =>
  `promotions/${application}/${application}/${environment}/${version}`;
