import { createHash } from 'node:crypto';
import type { HelmRelease, HelmStatus, Snapshot } from './helm-release.ts';
import { omit, type StatusChange } from './status-change.ts';

const digestOf = (value: unknown) => `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`;

export const configDigestOf = (release: HelmRelease): string => digestOf(release.spec.values ?? {});

/** What runs: at most one entry of history is `deployed`. */
export const deployedOf = (status: HelmStatus | undefined): Snapshot | undefined =>
  status?.history?.find((entry) => entry.status === 'deployed');

/** Adds `entry` to history as the next Helm revision, at the head. */
const added = (
  status: HelmStatus,
  entry: Omit<Snapshot, 'digest' | 'version'>,
  others: readonly Snapshot[],
): HelmStatus => {
  const version = Math.max(0, ...others.map((other) => other.version)) + 1;
  return { ...status, history: [{ ...entry, digest: digestOf([entry, version]), version }, ...others] };
};

/** Helm's new revision: what was deployed before is superseded by one that is deployed, and stays by one that failed. Only the newest tells its action. */
export const recorded =
  (release: HelmRelease, chartVersion: string, action: string, outcome: 'deployed' | 'failed'): StatusChange =>
  (status, { time }) => {
    const { name, namespace } = release.metadata;
    const others = (status.history ?? []).map((one): Snapshot => {
      if (one.status !== 'deployed') return one;
      const entry = omit(one, 'action');
      return outcome === 'deployed' ? { ...entry, status: 'superseded' } : entry;
    });
    const entry = {
      action,
      apiVersion: 'v2',
      appVersion: chartVersion.split('+')[0] ?? chartVersion,
      chartName: release.spec.chart?.spec.chart ?? name,
      chartVersion,
      configDigest: configDigestOf(release),
      firstDeployed: others[0]?.firstDeployed ?? time,
      lastDeployed: time,
      name,
      namespace,
      status: outcome,
    };
    const inventory = { entries: [{ id: `${namespace}_${name}-config__ConfigMap`, v: 'v1' }] };
    return { ...added(status, entry, others), inventory };
  };

/** A rollback: a new revision with the content of the deployed one, which it supersedes. */
export const rollbackRecorded: StatusChange = (status, { time }) => {
  const last = deployedOf(status);
  if (last === undefined) return status;
  const others = (status.history ?? []).map((one): Snapshot =>
    one === last ? { ...one, action: 'rollback', status: 'superseded' } : one,
  );
  const content = omit(last, 'digest', 'version');
  return added(status, { ...content, action: 'rollback', lastDeployed: time }, others);
};

/** The result of the newest revision's test hook. */
export const hookRecorded =
  (phase: 'Succeeded' | 'Failed'): StatusChange =>
  (status, { time }) => {
    const [head, ...others] = status.history ?? [];
    if (head === undefined) return status;
    const hook = { lastCompleted: time, lastStarted: time, phase };
    return { ...status, history: [{ ...head, testHooks: { [`${head.name}-test`]: hook } }, ...others] };
  };

/** History as helm-controller cuts it: by revision, down to the first before the newest that did not fail. */
export const truncated: StatusChange = (status) => {
  const history = [...(status.history ?? [])].sort((a, b) => b.version - a.version);
  const previous = history.findIndex((entry, index) => index > 0 && entry.status !== 'failed');
  return { ...status, history: previous < 0 ? history : history.slice(0, previous + 1) };
};
