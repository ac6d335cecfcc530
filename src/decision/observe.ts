import type { DeployedEntry, HelmRelease } from '../model/helm-release.ts';

/** How long a release may say that its source is not ready before that is a failure: every version change passes through it. */
export const sourceGrace = 30_000;

/**
 * What a HelmRelease tells about its target. `revision` is what is really deployed there, without the digest that Flux appends
 * to the version of a chart from an OCI repository. Only a `settled` target is evidence for a promotion.
 * Times are milliseconds; `until` is when the observation changes by itself.
 */
export interface Observation {
  readonly revision: string | undefined;
  readonly appVersion: string | undefined;
  readonly state: 'settled' | 'progressing' | 'failed' | 'suspended' | 'missing';
  readonly message: string;
  readonly healthySince: number | undefined;
  readonly until?: number;
}

/** The version that a deployed history entry stands for; build metadata stays, the chart's own digest goes. */
export const revisionOf = ({ chartVersion, ociDigest }: DeployedEntry): string => {
  const digest = ociDigest?.slice(ociDigest.indexOf(':') + 1).slice(0, 12);
  return digest && chartVersion.endsWith(`+${digest}`) ? chartVersion.slice(0, -digest.length - 1) : chartVersion;
};

const waitingReasons: ReadonlySet<string> = new Set([
  'SourceNotReady',
  'DependencyNotReady',
  'Progressing',
  'ArtifactFailed',
]);

const stateOf = (release: HelmRelease, now: number): Pick<Observation, 'state' | 'message' | 'until'> => {
  const { ready, deployed } = release;
  const message = ready?.message ?? 'Flux has not reported on it yet';
  if (release.deleting) return { state: 'progressing', message: 'it is being deleted' };
  if (release.suspended) return { state: 'suspended', message: 'it is suspended' };
  if (ready?.status === 'False') {
    const passing = waitingReasons.has(ready.reason);
    if (!passing || now >= ready.since + sourceGrace) return { state: 'failed', message };
    return { state: 'progressing', message, until: ready.since + sourceGrace };
  }
  if (ready?.status !== 'True') return { state: 'progressing', message };
  if (release.observedGeneration !== release.generation)
    return { state: 'progressing', message: 'Flux has not finished its newest generation' };
  if (!deployed || deployed.chartVersion !== release.lastAttemptedRevision)
    return { state: 'progressing', message: `Flux is deploying ${release.lastAttemptedRevision ?? 'it'}` };
  return { state: 'settled', message };
};

/**
 * What is known of a target from its HelmRelease, or from its absence in a live cluster. Total.
 * The rule for `settled` is the weakest that no recorded Flux behaviour contradicts: Ready alone, or Ready of the newest
 * generation, is True for moments in which the old version still runs.
 */
export const observe = (release: HelmRelease | undefined, now: number): Observation => {
  if (!release)
    return {
      revision: undefined,
      appVersion: undefined,
      state: 'missing',
      message: 'it does not exist',
      healthySince: undefined,
    };
  const { deployed, ready } = release;
  const told = stateOf(release, now);
  return {
    revision: deployed && revisionOf(deployed),
    appVersion: deployed?.appVersion,
    ...told,
    healthySince:
      told.state === 'settled' && deployed && ready ? Math.max(ready.since, deployed.lastDeployed) : undefined,
  };
};
