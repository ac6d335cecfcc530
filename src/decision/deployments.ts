import type { Deployment } from '../model/deployment.ts';
import type { DeploymentEntry } from '../model/deployment-entry.ts';
import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import { arrived } from './arrived.ts';
import {
  bounded,
  entriesOf,
  hasFailed,
  hasRolledBack,
  isOpen,
  left,
  moved,
  openIn,
  put,
  type Entries,
} from './deployment-entries.ts';
import { isRoomy, staysAsSeen } from './environment-status.ts';
import type { Observation } from './observe.ts';
import { rolledBackTo } from './rolled-back-to.ts';
import type { TargetSurvey } from './survey.ts';
import { tellDeployment, type Offer, type Scene } from './tell-deployment.ts';
import { toldOf } from './told-of.ts';

/** How many versions each environment of a Pipeline remembers; what is open is never forgotten for what is over. */
export const mostRemembered = (pipeline: Pipeline): number => (isRoomy(pipeline) ? 10 : 2);

/** What has become of deployments in an environment, and what its status must know before that is told. */
export interface Deployed {
  readonly entries: Entries;
  readonly deployments: readonly Deployment[];
}

/** What a target offers to be told, in the order in which it happened: of a rollback the failure may not have been seen. */
const offersOf = (observation: Observation): readonly Offer[] => {
  const { state, revision, attempted, remediated } = observation;
  switch (state) {
    case 'settled':
      return revision === undefined ? [] : [{ version: revision, status: 'succeeded' }];
    case 'progressing':
    case 'failed': {
      // A rollback of which the failure was not heard names only the version that it went back to.
      if (attempted === undefined || (remediated && attempted === revision)) return [];
      const offer = { version: attempted, status: state };
      return rolledBackTo(observation) === undefined ? [offer] : [offer, { ...offer, status: 'rolledback' }];
    }
    case 'suspended':
    case 'missing':
      return [];
  }
};

/** A target by its number in the environment, and what ran there before, where that is known. */
interface Candidate {
  readonly target: TargetSurvey;
  readonly number: number;
  readonly before: string | undefined;
}

/** What ran in a target before, as far as anybody knows: at first sight what runs now. An event is always news. */
const ranBefore = (
  told: TargetStatus | undefined,
  { observation: { revision }, detectedBy }: TargetSurvey,
): string | undefined => {
  const neverSeen = !told || (told.error !== undefined && told.state === 'progressing' && told.revision === undefined);
  return neverSeen && detectedBy === 'Watch' ? revision : told?.revision;
};

/** Whether what ran in a target was uninstalled, or went by a rollback that names no more than what runs again. */
const isGone = (before: string | undefined, { revision, attempted, remediated }: Observation): boolean =>
  revision === undefined || (remediated && attempted === revision && revision !== before);

/** What has gone and comes again is another deployment, even of the same version. */
const afterGoing = (entries: Entries, { target, before }: Candidate): Entries => {
  const [newest] = entries;
  const gone = newest && newest.revision === before && isGone(before, target.observation);
  return gone && newest.closed !== true ? put(entries, { ...newest, closed: true }) : entries;
};

/** When a deployment that is new to the environment began, milliseconds. */
const beginningOf = ({ healthySince, since, took = 0 }: Observation, { status }: Offer, now: number): number =>
  status === 'succeeded' && healthySince !== undefined ? healthySince - took : (since ?? now);

/** The entry of a version that comes to a target: the newest, where it is that version on its way through the environment. */
const entryFor = (entries: Entries, { target, before }: Candidate, offer: Offer, now: number): DeploymentEntry => {
  const [newest] = entries;
  if (newest?.revision === offer.version && newest.closed !== true) return newest;
  const number = (newest?.number ?? 0) + 1;
  const previous = before === undefined || before === offer.version ? {} : { previous: before };
  const startedAt = formatTime(beginningOf(target.observation, offer, now));
  return { number, revision: offer.version, ...previous, startedAt };
};

interface Looked {
  readonly entries: Entries;
  readonly deployments: readonly Deployment[];
}

const nothingOf = (entries: Entries): Looked => ({ entries, deployments: [] });

/** Whether that was told before: what has failed and is tried again is one deployment. */
const isRepeated = (open: DeploymentEntry, target: number, status: Deployment['status']): boolean => {
  switch (status) {
    case 'progressing':
      return true;
    case 'failed':
      return hasFailed(open, target);
    case 'rolledback':
      return hasRolledBack(open, target);
    case 'succeeded':
      return false;
  }
};

/** What the entries make of a version that a target speaks of: each deployment is told once for each status that it comes to. */
const weigh = (scene: Scene, most: number, entries: Entries, candidate: Candidate, offer: Offer): Looked => {
  const { target, number, before } = candidate;
  const { version, status } = offer;
  const open = openIn(entries, number, version);
  if (open && isRepeated(open, number, status)) return nothingOf(entries);
  // What was told to have succeeded can be taken back all the same: its tests come after it.
  if (!open && version === before && status !== 'rolledback')
    return nothingOf(status === 'succeeded' ? left(entries, number) : entries);
  const entry = open ?? entryFor(entries, candidate, offer, scene.now);
  const known = put(left(entries, number, entry.number), entry);
  // What has no room to be remembered would be told again and again.
  if (status !== 'succeeded' && !isOpen(entry) && known.filter(isOpen).length >= most) return nothingOf(entries);
  const deployment = tellDeployment(scene, target, entry, offer, { before, seen: open !== undefined });
  const after = moved(entry, number, status, deployment.finishedAt ?? deployment.startedAt);
  return { entries: bounded(put(known, after), most), deployments: [deployment] };
};

const look = (scene: Scene, most: number, entries: Entries, candidate: Candidate): Looked => {
  const { target, number } = candidate;
  const kept = afterGoing(entries, candidate);
  if (target.observation.state === 'missing') return nothingOf(left(kept, number));
  return offersOf(target.observation).reduce<Looked>((looked, offer) => {
    const { entries: next, deployments } = weigh(scene, most, looked.entries, candidate, offer);
    return { entries: next, deployments: [...looked.deployments, ...deployments] };
  }, nothingOf(kept));
};

/**
 * The deployments that have come to something since the status was written: another version than the one that was seen before is on its way
 * to a target, has settled there, has failed, or was rolled back. What was settled when it was first seen is none.
 */
export const deploymentsIn = (scene: Scene): Deployed => {
  const { pipeline, survey } = scene;
  const before: EnvironmentStatus = pipeline.status.environments?.[survey.environment.name] ?? {};
  // What is told must be in the status, and that stays as it is while a cluster has only just been lost.
  if (staysAsSeen(pipeline, survey, before)) return { entries: before.deployments ?? [], deployments: [] };
  const told = toldOf(pipeline, before);
  const most = mostRemembered(pipeline);
  const deployments: Deployment[] = [];
  let entries = entriesOf(pipeline, before, survey.targets);
  for (const [number, target] of survey.targets.entries()) {
    const candidate = { target, number, before: ranBefore(told(target, number), target) };
    const looked = look(scene, most, entries, candidate);
    entries = looked.entries;
    deployments.push(...looked.deployments);
  }
  return { entries: arrived(scene, entries), deployments };
};
