import { createHash } from 'node:crypto';
import { managementCluster } from '../model/cluster.ts';
import type { Deployment } from '../model/deployment.ts';
import { splitKey } from '../model/object-key.ts';
import type { DeploymentEntry } from '../model/deployment-entry.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import type { Observation } from './observe.ts';
import { rolledBackTo } from './rolled-back-to.ts';
import type { EnvironmentSurvey, TargetSurvey } from './survey.ts';

/** An environment in which deployments are sought, at a time in milliseconds. */
export interface Scene {
  readonly pipeline: Pipeline;
  readonly survey: EnvironmentSurvey;
  readonly now: number;
}

/** What the object of a target says of a version: that it is on its way, has arrived, has failed or was rolled back. */
export interface Offer {
  readonly version: string;
  readonly status: Deployment['status'];
}

/** Two deployments of one version to one target differ by the number that the environment gave them. */
const idOf = ({ pipeline, survey }: Scene, { cluster, release }: TargetSurvey, entry: DeploymentEntry): string => {
  const parts = [pipeline.metadata.uid, survey.environment.name, cluster, release, entry.revision, entry.number];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
};

const lasting = (length: number | undefined, begun: number | undefined, end: number): Pick<Deployment, 'duration'> => {
  if (length !== undefined) return { duration: length };
  return begun === undefined ? {} : { duration: Math.max(0, end - begun) };
};

/**
 * When it began and ended. Of a release action that ended well Flux says how long it took; what has failed is timed from when it was seen to
 * begin, by the first target of the environment.
 */
const timesOf = (
  { healthySince, since, took }: Observation,
  status: Deployment['status'],
  begun: number | undefined,
  now: number,
): Pick<Deployment, 'startedAt' | 'finishedAt' | 'duration'> => {
  if (status === 'progressing') return { startedAt: formatTime(since ?? now) };
  const end = (status === 'succeeded' ? healthySince : since) ?? now;
  const length = status === 'succeeded' ? took : undefined;
  const first = begun ?? end - (length ?? 0);
  const start = length === undefined ? first : Math.max(first, end - length);
  const times = { startedAt: formatTime(start), finishedAt: formatTime(end) };
  // A rollback is another action than the one that began, and nobody says how long it took.
  return status === 'rolledback' ? times : { ...times, ...lasting(length, begun, end) };
};

/** What is known of a deployment beside its entry: what ran in the target before, and whether it was seen to begin there. */
interface Known {
  readonly before: string | undefined;
  readonly seen: boolean;
}

/** A deployment as it is told. */
export const tellDeployment = (
  scene: Scene,
  target: TargetSurvey,
  entry: DeploymentEntry,
  { version, status }: Offer,
  { before, seen }: Known,
): Deployment => {
  const { pipeline, survey, now } = scene;
  const { observation, cluster, detectedBy } = target;
  const { appVersion, message } = observation;
  const replaced = before === version ? entry.previous : before;
  const previous = status === 'rolledback' ? rolledBackTo(observation) : replaced;
  return {
    id: idOf(scene, target, entry),
    pipeline: keyOfPipeline(pipeline),
    application: pipeline.spec.appRef.name,
    version,
    // Until it has arrived, what is known of the application is of the version before.
    ...(status === 'succeeded' && appVersion !== undefined ? { appVersion } : {}),
    ...(previous === undefined ? {} : { previous }),
    environment: survey.environment.name,
    ...(cluster === managementCluster ? {} : { cluster }),
    ...splitKey(target.release),
    status,
    ...(status === 'failed' ? { message } : {}),
    ...timesOf(observation, status, seen ? Date.parse(entry.startedAt) : undefined, now),
    detectedBy,
  };
};
