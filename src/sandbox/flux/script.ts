import { attempted, attemptOf, starts, versionOf } from './attempt.ts';
import type { HelmRelease, HelmStatus } from './helm-release.ts';
import { configDigestOf, deployedOf } from './history.ts';
import { release, type ReleaseOutcome } from './release.ts';
import { condition, fields, observed, without, type StatusChange } from './status-change.ts';
import { at, fulfilling, waiting, type Step } from './step.ts';

export type ChartOutcome = ReleaseOutcome | 'missing-version';

/** Whether what is asked for is what runs, after an attempt that succeeded. */
const isDeployed = (helmRelease: HelmRelease) => {
  const { status } = helmRelease;
  const deployed = deployedOf(status);
  return (
    deployed?.chartVersion === versionOf(helmRelease) &&
    deployed.configDigest === configDigestOf(helmRelease) &&
    status?.lastAttemptedRevision === deployed.chartVersion &&
    status.failures === undefined
  );
};

/** Nothing is to be released: Ready says again what Released says. */
const unchanged: readonly Step[] = [
  at(25, without('Reconciling', 'Stalled'), (status, moment) => {
    const released = status.conditions?.find(({ type }) => type === 'Released');
    if (released === undefined) return status;
    return condition('Ready', released.status, released.reason, released.message)(status, moment);
  }),
  at(4, observed, (status, { generation }) => ({ ...status, lastAttemptedGeneration: generation })),
];

const chartOf = ({ spec, metadata }: HelmRelease) =>
  `${spec.chart?.spec.sourceRef.namespace ?? metadata.namespace}/${metadata.namespace}-${metadata.name}`;

const notReady = (helmRelease: HelmRelease, why: string): StatusChange =>
  condition('Ready', 'False', 'SourceNotReady', `HelmChart '${chartOf(helmRelease)}' is not ready: ${why}`);

const missing = (helmRelease: HelmRelease): StatusChange => {
  const chart = helmRelease.spec.chart?.spec.chart ?? '';
  const why = `no '${chart}' chart with version matching '${versionOf(helmRelease)}' found`;
  return notReady(helmRelease, `invalid chart reference: failed to get chart version for remote reference: ${why}`);
};

const sourceNotReady = (status: HelmStatus | undefined) =>
  status?.conditions?.find(({ type, reason }) => type === 'Ready' && reason === 'SourceNotReady');

/** Whether source-controller has to fetch another chart first. */
const hasMoved = (helmRelease: HelmRelease) =>
  helmRelease.status?.lastAttemptedRevision !== versionOf(helmRelease) ||
  sourceNotReady(helmRelease.status) !== undefined;

/** Until it has fetched it, the HelmChart says what it said of the chart before. */
const fetching = (helmRelease: HelmRelease): StatusChange => {
  const before = sourceNotReady(helmRelease.status);
  if (before !== undefined) return condition('Ready', 'False', 'SourceNotReady', before.message);
  return notReady(helmRelease, 'latest generation of object has not been reconciled');
};

/** The writes by which helm-controller answers a generation of a HelmRelease, in their order and as recorded from a real one. */
export const script = function* (helmRelease: HelmRelease, outcome: ChartOutcome): Generator<Step, void> {
  if (helmRelease.spec.suspend === true) {
    yield at(6, observed);
    return;
  }
  const moved = hasMoved(helmRelease);
  yield at(17, fulfilling);
  if (helmRelease.status?.helmChart === undefined) yield at(9, fields({ helmChart: chartOf(helmRelease) }));
  if (moved) yield at(11, fetching(helmRelease));
  if (outcome === 'missing-version') {
    yield waiting(30_000, missing(helmRelease));
  } else if (isDeployed(helmRelease)) {
    yield* unchanged;
  } else {
    const attempt = attemptOf(helmRelease);
    yield at(31, starts(attempt));
    yield at(5, attempted(attempt));
    yield* release(attempt, outcome, moved);
  }
};

/** The last write before the finalizer goes. */
export const uninstalled = ({ metadata, status }: HelmRelease): Step => {
  const last = deployedOf(status);
  const chart = `${last?.chartName ?? metadata.name}@${last?.chartVersion ?? ''}`;
  const message = `Helm uninstall succeeded for release ${metadata.namespace}/${metadata.name}.v${last?.version ?? 1} with chart ${chart}`;
  return at(
    80,
    condition('Ready', 'False', 'UninstallSucceeded', message),
    condition('Released', 'False', 'UninstallSucceeded', message),
  );
};
