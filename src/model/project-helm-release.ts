import { parseDuration } from './duration.ts';
import type { DeployedEntry, HelmRelease, ReadyCondition } from './helm-release.ts';
import { objectKey } from './object-key.ts';
import { integerOf, listOf, recordOf, textOf, timeOf } from './reading.ts';
import { withoutDigest } from './without-digest.ts';

/** No name, version or digest is longer; what is comes from no API server, and would be kept once for each release. */
const longestName = 300;

/** Helm puts its whole log into a failure's message; a person needs its beginning, and memory is kept per release. */
const longestMessage = 1000;

/**
 * Reduces a HelmRelease of any served version to what decisions look at. It never throws: what has another type than Flux
 * writes reads as absent, so that an odd object is one that is not settled.
 */
export const projectHelmRelease = (raw: unknown): HelmRelease => {
  const { metadata, spec, status } = recordOf(raw);
  const { namespace, name, uid, generation, deletionTimestamp } = recordOf(metadata);
  const { observedGeneration, lastAttemptedRevision, conditions } = recordOf(status);
  const ready = readyOf(conditionOf(conditions, 'Ready'));
  return {
    key: objectKey(nameOf(namespace) ?? '', nameOf(name) ?? ''),
    uid: nameOf(uid) ?? '',
    generation: integerOf(generation) ?? 0,
    observedGeneration: integerOf(observedGeneration) ?? -1,
    deleting: textOf(deletionTimestamp) !== undefined,
    suspended: recordOf(spec)['suspend'] === true,
    ready,
    lastAttemptedRevision: nameOf(lastAttemptedRevision),
    attempted: attemptedOf(recordOf(status)),
    took: tookOf(recordOf(status)),
    remediated: remediatedOf(recordOf(status), ready),
    deployed: deployedOf(recordOf(status), ready),
    chart: chartOf(recordOf(spec), textOf(namespace)),
  };
};

const nameOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  return text === undefined ? undefined : shortened(text, longestName);
};

type Json = Readonly<Record<string, unknown>>;

const conditionOf = (conditions: unknown, wanted: string): Json | undefined =>
  listOf(conditions)
    .map(recordOf)
    .find(({ type }) => type === wanted);

const attemptedOf = ({ lastAttemptedRevision, lastAttemptedRevisionDigest }: Json): string | undefined => {
  const version = nameOf(lastAttemptedRevision);
  return version && withoutDigest(version, nameOf(lastAttemptedRevisionDigest));
};

const tookOf = ({ lastAttemptedReleaseActionDuration }: Json): number | undefined => {
  const took = parseDuration(textOf(lastAttemptedReleaseActionDuration) ?? '');
  return took === undefined ? undefined : Math.round(took);
};

/** Helm's revisions of a release by their numbers, the newest first: Flux does not keep them so. */
const revisionsOf = (status: Json): readonly Json[] =>
  listOf(status['history'])
    .map(recordOf)
    .sort((a, b) => (integerOf(b['version']) ?? 0) - (integerOf(a['version']) ?? 0));

/**
 * Whether Flux has taken back what it tried last. The condition alone does not tell: it stays while the next version is tried, when Ready is
 * Unknown, and it comes before history says what was made of the failed revision.
 */
const remediatedOf = (status: Json, ready: ReadyCondition | undefined): boolean =>
  ready?.status === 'False' &&
  conditionOf(status['conditions'], 'Remediated')?.['status'] === 'True' &&
  revisionsOf(status)[0]?.['status'] !== 'failed';

const readyOf = (condition: Json | undefined): ReadyCondition | undefined => {
  if (condition === undefined) return undefined;
  const { status } = condition;
  const since = timeOf(condition['lastTransitionTime']);
  if (since === undefined || (status !== 'True' && status !== 'False' && status !== 'Unknown')) return undefined;
  return {
    status,
    reason: nameOf(condition['reason']) ?? '',
    message: shortened(textOf(condition['message']) ?? '', longestMessage),
    since,
  };
};

/** v2 and v2beta2 keep a history; v2beta1 knows only the revision that was last applied with success. */
const deployedOf = (status: Json, ready: ReadyCondition | undefined): DeployedEntry | undefined => {
  const history = revisionsOf(status);
  if (history.length === 0) return lastApplied(status, ready);
  // One entry at most is `deployed`; should there ever be two, the newer counts.
  const newest = history.find((entry) => entry['status'] === 'deployed');
  const chartVersion = nameOf(newest?.['chartVersion']);
  const lastDeployed = timeOf(newest?.['lastDeployed']);
  if (newest === undefined || chartVersion === undefined || lastDeployed === undefined) return undefined;
  return {
    chartVersion,
    appVersion: nameOf(newest['appVersion']),
    ociDigest: nameOf(newest['ociDigest']),
    lastDeployed,
  };
};

const lastApplied = (status: Json, ready: ReadyCondition | undefined): DeployedEntry | undefined => {
  const chartVersion = nameOf(status['lastAppliedRevision']);
  if (chartVersion === undefined || ready?.status !== 'True') return undefined;
  return { chartVersion, appVersion: undefined, ociDigest: undefined, lastDeployed: ready.since };
};

/** A chart is a part of a repository, or is what a reference names; both lie in the release's namespace unless they name another. */
const chartOf = (spec: Json, home = ''): string | undefined => {
  const { chart, sourceRef } = recordOf(recordOf(spec['chart'])['spec']);
  const { kind, name, namespace } = recordOf(spec['chartRef'] ?? sourceRef);
  const [source, part] = [textOf(name), textOf(chart)];
  if (source === undefined) return undefined;
  const from = [part === undefined ? '' : `${part} of `, textOf(kind) ?? 'source', ' ', textOf(namespace) ?? home];
  // Joined, it is one text in memory, and not its parts.
  return shortened([...from, '/', source].join(''), longestName);
};

/** A copy, since a slice would keep the whole text in memory. */
const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : Buffer.from(`${text.slice(0, longest)}…`).toString();
