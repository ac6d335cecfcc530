import { clusterTitle } from '../model/cluster.ts';
import type { FluxEvent } from '../model/flux-event.ts';
import type { HelmRelease } from '../model/helm-release.ts';
import { objectKey } from '../model/object-key.ts';
import type { WebhookEvidence } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { shortened } from '../model/shortened.ts';
import { formatTime } from '../model/time.ts';
import { isOlder } from './is-older.ts';
import { revisionOf } from './observe.ts';
import { placesOf, type Place } from './place.ts';

/** The target that an event is about, or a sentence that says why it fits none. */
export const placeOfEvent = (pipeline: Pipeline, environment: string, event: FluxEvent): Place | string => {
  const { kind } = pipeline.spec.appRef;
  const index = pipeline.spec.environments.findIndex(({ name }) => name === environment);
  const key = objectKey(event.namespace, event.name);
  const fitting = (placesOf(pipeline)[index] ?? []).filter(({ release }) => release === key && event.kind === kind);
  const [place, ...others] = fitting;
  if (!place) return `no target of environment ${environment} is the ${event.kind} ${key}`;
  if (others.length === 0) return place;
  const named = fitting.filter(
    ({ cluster, target }) => event.cluster === cluster || event.cluster === target.clusterRef?.name,
  );
  const [only, ...more] = named;
  const where = fitting.map(({ cluster }) => clusterTitle(cluster)).join(', ');
  return only && more.length === 0
    ? only
    : `${fitting.length} targets of environment ${environment} are the ${event.kind} ${key} (${where}): let eventMetadata of each cluster's Alert say which by the key cluster`;
};

/** What the event says by itself; undefined where it is not about how a deployment ended. */
const told = (
  { severity, reason, revision }: FluxEvent,
  before: WebhookEvidence | undefined,
): Pick<WebhookEvidence, 'revision' | 'attempted' | 'succeeded'> | undefined => {
  // A failure changes nothing of what runs, or not to anything that the event would name.
  if (severity === 'error') return { revision: before?.revision, attempted: revision, succeeded: false };
  switch (reason) {
    case 'InstallSucceeded':
    case 'UpgradeSucceeded':
    case 'TestSucceeded':
      return { revision, attempted: revision, succeeded: true };
    case 'RollbackSucceeded':
      return { revision, attempted: before?.succeeded === false ? before.attempted : undefined, succeeded: false };
    case 'UninstallSucceeded':
      return { revision: undefined, attempted: undefined, succeeded: false };
    default:
      return undefined;
  }
};

/** A rollback that was heard of before the failure that it undid: the failure names what was attempted. */
const completed = (event: FluxEvent, before: WebhookEvidence): WebhookEvidence | undefined =>
  event.at === Date.parse(before.at) &&
  event.severity === 'error' &&
  before.reason === 'RollbackSucceeded' &&
  event.revision !== undefined &&
  event.revision !== before.attempted
    ? { ...before, attempted: event.revision }
    : undefined;

const hasGoneOn = ({ ready, deployed }: HelmRelease, since: number): boolean =>
  (ready?.since ?? 0) > since || (deployed?.lastDeployed ?? 0) > since;

/** Whether a release, as a watch shows it, bears out what an event says of it, or has gone on since. */
export const confirms = (release: HelmRelease | undefined, { severity, reason, revision, at }: FluxEvent): boolean => {
  if (release && hasGoneOn(release, at)) return true;
  if (reason === 'UninstallSucceeded') return !release || release.deleting || !release.deployed;
  if (revision === undefined) return true;
  if (!release) return false;
  const { deployed, attempted } = release;
  const runs = deployed !== undefined && revisionOf(deployed) === revision;
  return severity === 'error' ? attempted === revision || runs : runs;
};

/** The evidence for a target after an event about it; undefined where the event adds nothing: it is older, or repeated, or about something else. */
export const hear = (event: FluxEvent, before: WebhookEvidence | undefined): WebhookEvidence | undefined => {
  if (before && isOlder(event, { at: Date.parse(before.at), reason: before.reason })) return completed(event, before);
  const said = told(event, before);
  if (!said) return undefined;
  const { revision, attempted, succeeded } = said;
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(attempted === undefined ? {} : { attempted }),
    ...(succeeded && event.appVersion !== undefined ? { appVersion: event.appVersion } : {}),
    succeeded,
    reason: event.reason,
    message: shortened(event.message),
    at: formatTime(event.at),
  };
};
