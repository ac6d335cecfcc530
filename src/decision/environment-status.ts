import { managementCluster } from '../model/cluster.ts';
import { splitKey } from '../model/object-key.ts';
import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { shortened } from '../model/shortened.ts';
import { formatTime } from '../model/time.ts';
import type { Judgement } from './judgement.ts';
import type { EnvironmentSurvey, TargetSurvey } from './survey.ts';

/** A Pipeline of more targets than this says of each only what its spec does not, and what is worth a look. */
const manyTargets = 100;

/** What all targets together may say of themselves, in characters: etcd takes 1.5 MB, and people read less. */
const wordsInAll = 60_000;

/** How much room a Pipeline's targets have in its status. */
interface Room {
  readonly roomy: boolean;
  readonly words: number;
}

const roomOf = ({ spec }: Pipeline): Room => {
  const count = spec.environments.reduce((sum, { targets }) => sum + targets.length, 0);
  return { roomy: count <= manyTargets, words: Math.min(300, Math.floor(wordsInAll / count)) };
};

const appRefOf = (
  pipeline: Pipeline,
  { release, cluster }: TargetSurvey,
  { roomy }: Room,
): TargetStatus['clusterAppRef'] => {
  const { apiVersion, kind } = pipeline.spec.appRef;
  const { namespace, name } = splitKey(release);
  return {
    ...(roomy ? { apiVersion, kind } : {}),
    name,
    ...(roomy ? { namespace } : {}),
    ...(cluster === managementCluster ? {} : { cluster }),
  };
};

const unseenOf = ({ unseen }: TargetSurvey, { words }: Room): Pick<TargetStatus, 'error' | 'unseenSince'> =>
  unseen === undefined
    ? {}
    : {
        error: shortened(unseen.why, words),
        ...(unseen.since === undefined ? {} : { unseenSince: formatTime(unseen.since) }),
      };

const targetStatus = (
  pipeline: Pipeline,
  target: TargetSurvey,
  before: TargetStatus | undefined,
  now: number,
): TargetStatus => {
  const { observation, unseen, detectedBy, release } = target;
  const { revision, state, message } = observation;
  const room = roomOf(pipeline);
  const ready = unseen === undefined && state === 'settled';
  const moved = before?.ready !== ready || before.revision !== revision;
  return {
    clusterAppRef: appRefOf(pipeline, target, room),
    namespace: splitKey(release).namespace,
    ready,
    ...(state === 'settled' ? {} : { state }),
    ...(detectedBy === 'Webhook' ? { detectedBy } : {}),
    ...(revision === undefined ? {} : { revision }),
    ...(room.roomy || !ready ? { message: shortened(message, room.words) } : {}),
    ...unseenOf(target, room),
    lastTransitionTime: moved ? formatTime(now) : (before.lastTransitionTime ?? formatTime(now)),
  };
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

/** What is seen of the targets; while a cluster is only just out of sight, what was seen before. */
const seen = (
  pipeline: Pipeline,
  survey: EnvironmentSurvey,
  before: EnvironmentStatus,
  now: number,
): EnvironmentStatus => {
  if (survey.evidence.type === 'blink' && before.targets?.length === survey.targets.length) {
    const { revision, healthySince, targets } = before;
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
    targets: survey.targets.map((target, index) => targetStatus(pipeline, target, before.targets?.[index], now)),
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

/** What an environment says of itself: its targets as they are, one sentence, who is waited for, and from `memory` its promotions. */
export const environmentStatus = (
  pipeline: Pipeline,
  survey: EnvironmentSurvey,
  judgement: Judgement,
  memory: EnvironmentStatus,
  now: number,
): EnvironmentStatus => {
  const { evidence, promotion, history } = memory;
  const before = pipeline.status.environments?.[survey.environment.name] ?? {};
  return {
    ...seen(pipeline, survey, before, now),
    ...said(judgement, before),
    ...(evidence ? { evidence } : {}),
    ...(promotion ? { promotion } : {}),
    ...(history ? { history } : {}),
  };
};
