import { configDigestOf } from './history.ts';
import type { HelmRelease, HelmStatus } from './helm-release.ts';
import { condition, fields, omit, together, without, type StatusChange } from './status-change.ts';
import { progressing } from './step.ts';

/** What Helm does for one generation of a release: the action, and how the statuses call it. */
export interface Attempt {
  readonly release: HelmRelease;
  readonly action: 'install' | 'upgrade';
  /** `Install` or `Upgrade`, as reasons begin. */
  readonly reason: string;
  readonly version: string;
  /** `<namespace>/<name>`, Helm's release. */
  readonly name: string;
  /** `<chart>@<version>`. */
  readonly chart: string;
}

export const versionOf = (release: HelmRelease): string => release.spec.chart?.spec.version ?? '*';

export const attemptOf = (release: HelmRelease): Attempt => {
  const first = (release.status?.history ?? []).length === 0;
  const version = versionOf(release);
  return {
    release,
    action: first ? 'install' : 'upgrade',
    reason: first ? 'Install' : 'Upgrade',
    version,
    name: `${release.metadata.namespace}/${release.metadata.name}`,
    chart: `${release.spec.chart?.spec.chart ?? release.metadata.name}@${version}`,
  };
};

/** A Go duration as Go prints it: `1m` is `1m0s`. */
const goDuration = (text: string) => {
  const amount = (unit: string) => Number(new RegExp(`(\\d+)${unit}`).exec(text)?.[1] ?? 0);
  const seconds = amount('h') * 3600 + amount('m') * 60 + amount('s');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}h` : ''}${seconds >= 60 ? `${minutes}m` : ''}${seconds % 60}s`;
};

/** The newest Helm revision in history; the next one is one higher. */
const newest = (status: HelmStatus) => Math.max(0, ...(status.history ?? []).map((entry) => entry.version));

/** Helm works, and only Reconciling says so: tests and rollbacks leave Ready as it is. */
export const runs = ({ release }: Attempt, action: 'install' | 'upgrade' | 'test' | 'rollback'): StatusChange =>
  progressing(`Running '${action}' action with timeout of ${goDuration(release.spec.timeout ?? '5m')}`);

/** Helm installs or upgrades. */
export const starts =
  (attempt: Attempt): StatusChange =>
  (status, moment) => {
    const running = runs(attempt, attempt.action)(status, moment);
    const message = running.conditions?.find(({ type }) => type === 'Reconciling')?.message ?? '';
    return condition('Ready', 'Unknown', 'Progressing', message)(running, moment);
  };

/** What is attempted from now on; the failures of another generation are forgotten. */
export const attempted =
  ({ release, version }: Attempt): StatusChange =>
  (status, { generation }) => {
    const forgotten = omit(status, 'failures', 'installFailures', 'upgradeFailures');
    return {
      ...(status.lastAttemptedGeneration === generation ? status : forgotten),
      ...(status.history && { history: [...status.history].sort((a, b) => b.version - a.version) }),
      lastAttemptedConfigDigest: configDigestOf(release),
      lastAttemptedGeneration: generation,
      lastAttemptedRevision: version,
      storageNamespace: release.metadata.namespace,
    };
  };

export const succeeds =
  ({ action, reason, name, chart }: Attempt): StatusChange =>
  (status, moment) => {
    const message = `Helm ${action} succeeded for release ${name}.v${newest(status) + 1} with chart ${chart}`;
    return together(
      condition('Ready', 'True', `${reason}Succeeded`, message),
      condition('Released', 'True', `${reason}Succeeded`, message),
      without('TestSuccess', 'Remediated'),
    )(status, moment);
  };

/** Released, but Ready only when its tests have passed. */
export const awaitsTests =
  (attempt: Attempt): StatusChange =>
  (status, moment) => {
    const message = `Helm release ${attempt.name}.v${newest(status) + 1} with chart ${attempt.chart} is awaiting tests`;
    return together(
      succeeds(attempt),
      condition('Ready', 'Unknown', 'AwaitingTests', message),
      condition('TestSuccess', 'Unknown', 'AwaitingTests', message),
    )(status, moment);
  };

export const tested =
  ({ name, chart }: Attempt, passed: boolean, detail: string): StatusChange =>
  (status, moment) => {
    const [state, reason, verb] = passed
      ? (['True', 'TestSucceeded', 'succeeded'] as const)
      : (['False', 'TestFailed', 'failed'] as const);
    const message = `Helm test ${verb} for release ${name}.v${newest(status)} with chart ${chart}: ${detail}`;
    return together(condition('Ready', state, reason, message), condition('TestSuccess', state, reason, message))(
      status,
      moment,
    );
  };

export const fails = ({ action, reason, name, chart }: Attempt, why: string): StatusChange => {
  const message = `Helm ${action} failed for release ${name} with chart ${chart}: ${why}`;
  return together(
    condition('Ready', 'False', `${reason}Failed`, message),
    condition('Released', 'False', `${reason}Failed`, message),
    without('TestSuccess', 'Remediated'),
  );
};

/** The failures of this generation so far; those that made a Helm revision are also counted by action. */
export const counted = ({ action }: Attempt, failures: number, madeRevision: boolean): StatusChange =>
  fields({ failures, ...(madeRevision && { [`${action}Failures`]: failures }) });

export const stalls = ({ action }: Attempt, attempts: number): StatusChange =>
  together(
    without('Reconciling'),
    condition('Stalled', 'True', 'RetriesExceeded', `Failed to ${action} after ${attempts} attempt(s)`),
  );

/** The last good revision is back; Ready stays False, since it is not what was asked for. */
export const rolledBack =
  ({ name }: Attempt, retrying: boolean): StatusChange =>
  (status, moment) => {
    const last = status.history?.find((entry) => entry.status === 'deployed');
    const release = `${name}.v${last?.version ?? 0} with chart ${last?.chartName ?? ''}@${last?.chartVersion ?? ''}`;
    const message = `Helm rollback to previous release ${release} succeeded`;
    return together(
      ...(retrying ? [condition('Reconciling', 'True', 'ProgressingWithRetry', message)] : []),
      condition('Ready', 'False', 'RollbackSucceeded', message),
      condition('Remediated', 'True', 'RollbackSucceeded', message),
    )(status, moment);
  };
