import { managementCluster } from '../model/cluster.ts';
import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { shortened } from '../model/shortened.ts';
import { formatTime } from '../model/time.ts';
import type { Judgement } from './judgement.ts';
import type { EnvironmentSurvey, TargetSurvey } from './survey.ts';
import { stillHeard } from './still-heard.ts';
import { tellsOfSpec, toldOf } from './told-of.ts';

/** Of so many targets a Pipeline says everything; of more it says which they are, and why, only of so many that are not as they should be. */
const manyTargets = 100;
const mostExplained = 40;

/** How much there is to be said of each target: etcd takes 1.5 MB, and people read less. */
interface Room {
  readonly roomy: boolean;
  /** Of how many targets of an environment that are not ready it is said why, and since when. */
  readonly explained: number;
  /** The length of what a target says, in characters. */
  readonly words: number;
}

/** Whether a Pipeline has so few targets that its status may tell everything of each. */
export const isRoomy = ({ spec }: Pipeline): boolean =>
  spec.environments.reduce((sum, { targets }) => sum + targets.length, 0) <= manyTargets;

const roomOf = (pipeline: Pipeline): Room =>
  isRoomy(pipeline)
    ? { roomy: true, explained: manyTargets, words: 300 }
    : { roomy: false, explained: Math.ceil(mostExplained / pipeline.spec.environments.length), words: 100 };

/** A target by the place where it is looked for. */
const identified = (
  { spec: { appRef } }: Pipeline,
  { target, cluster }: TargetSurvey,
  { roomy }: Room,
  ready: boolean,
): TargetStatus => {
  const { apiVersion, kind } = appRef;
  const { name = appRef.name, namespace } = target;
  const clusterAppRef: TargetStatus['clusterAppRef'] = roomy ? { apiVersion, kind, name, namespace } : { name };
  if (cluster !== managementCluster) clusterAppRef.cluster = cluster;
  return { clusterAppRef, namespace, ready };
};

/** Says of a target what there is beyond what it runs. */
const explain = (
  status: TargetStatus,
  { observation, unseen }: TargetSurvey,
  { words }: Room,
  since: string | undefined,
): void => {
  status.message = shortened(observation.message, words);
  if (unseen) status.error = shortened(unseen.why, words);
  if (unseen?.since !== undefined) status.unseenSince = formatTime(unseen.since);
  if (since !== undefined) status.lastTransitionTime = since;
};

const isReady = ({ unseen, observation }: TargetSurvey): boolean =>
  unseen === undefined && observation.state === 'settled';

/** Says what a target is and runs, where it is not what all agree on. */
const describe = (
  status: TargetStatus,
  { observation: { state, revision }, detectedBy }: TargetSurvey,
  agreed: string | undefined,
): void => {
  if (state !== 'settled') status.state = state;
  if (detectedBy === 'Webhook') status.detectedBy = detectedBy;
  if (revision !== undefined && revision !== agreed) status.revision = revision;
};

const targetStatuses = (
  pipeline: Pipeline,
  { targets, revision: agreed }: EnvironmentSurvey,
  before: EnvironmentStatus,
  now: number,
): TargetStatus[] => {
  const room = roomOf(pipeline);
  const told = toldOf(pipeline, before);
  let left = room.explained;
  // Built up in place: this is done for every target with every decision.
  return targets.map((target, index) => {
    const ready = isReady(target);
    const explained = room.roomy || (!ready && left-- > 0);
    const status: TargetStatus = explained ? identified(pipeline, target, room, ready) : { ready };
    describe(status, target, room.roomy ? undefined : agreed);
    if (!explained) {
      if (target.unseen) status.error = 'not seen';
      return status;
    }
    const old = told(target, index);
    const moved = old?.ready !== ready || old.revision !== target.observation.revision;
    explain(status, target, room, moved ? formatTime(now) : old.lastTransitionTime);
    return status;
  });
};

/** Since when the environment is healthy on its revision; what is only out of sight has not been seen to break. */
const healthOf = (
  { targets, revision, healthySince }: EnvironmentSurvey,
  before: EnvironmentStatus,
): Pick<EnvironmentStatus, 'healthySince'> => {
  if (targets.every(({ unseen }) => unseen === undefined))
    return healthySince === undefined ? {} : { healthySince: formatTime(healthySince) };
  const broken = targets.some(({ unseen, observation }) => unseen === undefined && observation.state !== 'settled');
  return broken || before.healthySince === undefined || before.revision !== revision
    ? {}
    : { healthySince: before.healthySince };
};

/** Whether a status stays as it is: while a cluster has only just been lost it tells what was seen before. */
export const staysAsSeen = (pipeline: Pipeline, { evidence }: EnvironmentSurvey, before: EnvironmentStatus): boolean =>
  evidence.type === 'blink' && before.targets !== undefined && tellsOfSpec(pipeline);

/** What is seen of the targets; while a cluster is only just out of sight, what was seen before. */
const seen = (
  pipeline: Pipeline,
  survey: EnvironmentSurvey,
  before: EnvironmentStatus,
  now: number,
): EnvironmentStatus => {
  if (staysAsSeen(pipeline, survey, before)) {
    const { revision, healthySince, targets = [] } = before;
    return {
      ...(revision === undefined ? {} : { revision }),
      ...(healthySince === undefined ? {} : { healthySince }),
      targets,
    };
  }
  const { revision } = survey;
  return {
    ...(revision === undefined ? {} : { revision }),
    ...healthOf(survey, before),
    targets: targetStatuses(pipeline, survey, before, now),
  };
};

/** What is said of the environment: one sentence, and for which revision a person is waited for. */
const said = (judgement: Judgement, before: EnvironmentStatus): EnvironmentStatus => {
  if (judgement.type !== 'blink') {
    const approval = judgement.reason === 'ApprovalRequired' && judgement.revision !== undefined;
    return { message: judgement.message, ...(approval ? { waitingApproval: { revision: judgement.revision } } : {}) };
  }
  const { message, waitingApproval } = before;
  return { ...(message === undefined ? {} : { message }), ...(waitingApproval ? { waitingApproval } : {}) };
};

/** What an environment says of itself: its targets as they are, one sentence, who is waited for, and from `memory` its deployments and promotions. */
export const environmentStatus = (
  pipeline: Pipeline,
  survey: EnvironmentSurvey,
  judgement: Judgement,
  memory: EnvironmentStatus,
  now: number,
): EnvironmentStatus => {
  const { deployments = [], promotion, history } = memory;
  const before = pipeline.status.environments?.[survey.environment.name] ?? {};
  return {
    ...seen(pipeline, survey, before, now),
    ...said(judgement, before),
    ...stillHeard(memory, survey),
    ...(deployments.length > 0 ? { deployments } : {}),
    ...(promotion ? { promotion } : {}),
    ...(history ? { history } : {}),
  };
};
