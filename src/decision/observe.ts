import type { DeployedEntry, HelmRelease, ReadyCondition } from '../model/helm-release.ts';
import type { WebhookEvidence } from '../model/pipeline-status.ts';
import { shortened } from '../model/shortened.ts';
import { withoutDigest } from '../model/without-digest.ts';

/** How long a release may say that its source is not ready before that is a failure: every version change passes through it. */
export const sourceGrace = 30_000;

/**
 * What is known of a target. `revision` is what is really deployed there, without the digest that Flux appends to the version
 * of a chart from an OCI repository; `attempted` is what was last tried, which may have failed, and `remediated` tells that it
 * was taken back; `took` is how long that lasted. Only a `settled` target is evidence for a promotion.
 * Times are milliseconds; `since` is when what it says of itself last changed, `until` when the observation changes by itself.
 */
export interface Observation {
  readonly revision: string | undefined;
  readonly appVersion: string | undefined;
  /** Where its chart is from, as people say it. */
  readonly chart: string | undefined;
  readonly attempted: string | undefined;
  readonly took: number | undefined;
  readonly remediated: boolean;
  readonly state: 'settled' | 'progressing' | 'failed' | 'suspended' | 'missing';
  readonly message: string;
  readonly healthySince: number | undefined;
  readonly since: number | undefined;
  readonly until?: number;
}

/** The version that a deployed history entry stands for; build metadata stays, the chart's own digest goes. */
export const revisionOf = ({ chartVersion, ociDigest }: DeployedEntry): string =>
  withoutDigest(chartVersion, ociDigest);

const waitingReasons: ReadonlySet<string> = new Set([
  'SourceNotReady',
  'DependencyNotReady',
  'Progressing',
  'ArtifactFailed',
]);

type Told = Pick<Observation, 'state' | 'message' | 'until'>;

const progressing = (message: string, until?: number): Told => ({
  state: 'progressing',
  message,
  ...(until === undefined ? {} : { until }),
});

/** Not ready is a failure, but for what every version change passes through: then only if it stays. */
const unready = ({ reason, message, since }: ReadyCondition, now: number): Told => {
  const until = since + sourceGrace;
  return waitingReasons.has(reason) && now < until ? progressing(message, until) : { state: 'failed', message };
};

const stateOf = (release: HelmRelease, now: number): Told => {
  const { ready, deployed, lastAttemptedRevision } = release;
  if (release.deleting) return progressing('it is being deleted');
  if (release.suspended) return { state: 'suspended', message: 'it is suspended' };
  if (ready?.status === 'False') return unready(ready, now);
  if (ready?.status !== 'True') return progressing(ready?.message ?? 'Flux has not reported on it yet');
  if (release.observedGeneration !== release.generation)
    return progressing('Flux has not finished its newest generation');
  if (deployed === undefined || deployed.chartVersion !== lastAttemptedRevision)
    return progressing('Flux is deploying another version');
  return { state: 'settled', message: ready.message };
};

const nothingKnown = {
  revision: undefined,
  appVersion: undefined,
  chart: undefined,
  attempted: undefined,
  took: undefined,
  remediated: false,
  healthySince: undefined,
  since: undefined,
} as const;

const missing: Observation = { ...nothingKnown, state: 'missing', message: 'it does not exist' };

/** What is settled is so at any time: most of a fleet is, and is looked at again and again. */
const settled = new WeakMap<HelmRelease, Observation>();

/**
 * What is known of a target from its HelmRelease, or from its absence in a live cluster. Total.
 * The rule for `settled` is the weakest that no recorded Flux behaviour contradicts: Ready alone, or Ready of the newest
 * generation, is True for moments in which the old version still runs.
 */
export const observe = (release: HelmRelease | undefined, now: number): Observation => {
  if (!release) return missing;
  const known = settled.get(release);
  if (known) return known;
  const observation = look(release, now);
  if (observation.state === 'settled') settled.set(release, observation);
  return observation;
};

const look = (release: HelmRelease, now: number): Observation => {
  const { deployed, ready, attempted, took, remediated, chart } = release;
  const told = stateOf(release, now);
  return {
    revision: deployed && revisionOf(deployed),
    appVersion: deployed?.appVersion,
    chart,
    attempted,
    took,
    remediated,
    ...told,
    message: shortened(told.message),
    healthySince:
      told.state === 'settled' && deployed && ready ? Math.max(ready.since, deployed.lastDeployed) : undefined,
    since: ready?.since,
  };
};

/** What is known of a target from what a signed event has said of it: by the same rule, nothing but a success is settled. */
export const observeEvent = (told: WebhookEvidence): Observation => {
  const { revision, attempted = revision, appVersion, succeeded, reason, at } = told;
  const since = Date.parse(at);
  const known = { ...nothingKnown, revision, attempted, appVersion, message: shortened(told.message), since };
  if (reason === 'UninstallSucceeded') return { ...known, state: 'missing' };
  if (!succeeded) return { ...known, remediated: reason === 'RollbackSucceeded', state: 'failed' };
  return revision === undefined
    ? { ...known, state: 'progressing' }
    : { ...known, state: 'settled', healthySince: since };
};
