import type { Fact } from '../../src/model/fact.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { objectKey } from '../../src/model/object-key.ts';
import { Pipeline } from '../../src/model/pipeline.ts';

/** The moment at which everything is decided: a Monday noon, inside of the promotion window. */
export const now = Date.parse('2026-03-02T12:00:00Z');

const environments = ['dev', 'test', 'staging', 'prod'] as const;
const targetsPerEnvironment = 10;
const healthySince = now - 48 * 3_600_000;

const clusterOf = (environment: string, target: number): string => `${environment}-${target}`;

/** A Pipeline with every gate, into the last environment with a person's approval. */
const aPipeline = (index: number): Pipeline =>
  Pipeline.parse({
    metadata: { namespace: 'apps', name: `app-${index}`, uid: `uid-${index}`, resourceVersion: '1', generation: 1 },
    spec: {
      appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: `app-${index}` },
      environments: environments.map((name) => ({
        name,
        targets: Array.from({ length: targetsPerEnvironment }, (_, target) => ({
          namespace: `app-${index}`,
          clusterRef: { kind: 'GitopsCluster', name: clusterOf(name, target) },
        })),
        ...(name === 'prod' ? { promotion: { ...promotion, manual: true } } : {}),
      })),
      promotion,
    },
  });

const promotion = {
  strategy: {
    'pull-request': {
      type: 'github',
      url: 'https://forge.example/org/config',
      baseBranch: 'main',
      secretRef: { name: 'forge' },
    },
  },
  soak: '30m',
  versions: '>=6.0.0 <7.0.0-0',
  windows: [
    { kind: 'Allow', schedule: '0 9 * * 1-5', duration: '8h', timeZone: 'Europe/London' },
    { kind: 'Deny', schedule: '0 0 24 12 *', duration: '72h', timeZone: 'Europe/London' },
  ],
};

/** What a Pipeline runs in an environment: one in four is level, the others have a revision on its way. */
const revisionIn = (index: number, place: number): string => (index % 4 < 4 - place ? '6.1.5' : '6.1.4');

/** A release that has been settled for two days. */
const aRelease = (index: number, place: number): HelmRelease => {
  const revision = revisionIn(index, place);
  return {
    key: objectKey(`app-${index}`, `app-${index}`),
    uid: `uid-${index}`,
    generation: 3,
    observedGeneration: 3,
    deleting: false,
    suspended: false,
    ready: { status: 'True', reason: 'UpgradeSucceeded', message: 'Helm upgrade succeeded', since: healthySince },
    lastAttemptedRevision: revision,
    attempted: revision,
    took: 1000,
    remediated: false,
    deployed: { chartVersion: revision, appVersion: revision, ociDigest: undefined, lastDeployed: healthySince },
    chart: `app-${index} of HelmRepository flux-system/charts`,
  };
};

/** What a World has to learn of so many Pipelines. */
export const factsOf = (count: number): readonly Fact[] => [
  ...Array.from({ length: count }, (_, index): Fact => ({ type: 'pipeline-seen', pipeline: aPipeline(index) })),
  ...environments.flatMap((name, place) =>
    Array.from({ length: targetsPerEnvironment }, (_, target): Fact => ({
      type: 'releases-listed',
      cluster: objectKey('apps', clusterOf(name, target)),
      releases: Array.from({ length: count }, (_, index) => aRelease(index, place)),
      at: healthySince,
    })),
  ),
];

const going = { status: 'Unknown', reason: 'Progressing', message: 'Running upgrade action', since: now } as const;
const failing = { status: 'False', reason: 'UpgradeFailed', message: 'Helm upgrade failed', since: now } as const;

/** A change of one target of one Pipeline, as a watch brings it: it is deployed, has failed, or is settled again. */
export const aChange = (index: number, round: number): Fact => {
  const place = Math.floor(round / 3) % environments.length;
  const release = aRelease(index, place);
  return {
    type: 'release-seen',
    cluster: objectKey('apps', clusterOf(environments[place] ?? 'dev', Math.floor(round / 12) % targetsPerEnvironment)),
    release: { ...release, ready: [going, failing, release.ready][round % 3] },
  };
};
