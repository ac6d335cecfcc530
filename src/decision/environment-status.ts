import { managementCluster } from '../model/cluster.ts';
import { splitKey } from '../model/object-key.ts';
import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { shortened } from '../model/shortened.ts';
import { formatTime } from '../model/time.ts';
import { reasonUnseen } from './evidence.ts';
import type { Judgement } from './judgement.ts';
import type { EnvironmentSurvey, TargetSurvey } from './survey.ts';

const unseenSince = ({ clusterState }: TargetSurvey): Pick<TargetStatus, 'unseenSince'> =>
  'since' in clusterState ? { unseenSince: formatTime(clusterState.since) } : {};

const targetStatus = (
  pipeline: Pipeline,
  target: TargetSurvey,
  before: TargetStatus | undefined,
  now: number,
): TargetStatus => {
  const { apiVersion, kind } = pipeline.spec.appRef;
  const { namespace, name } = splitKey(target.release);
  const { observation, cluster, clusterState } = target;
  const live = clusterState.type === 'live';
  const ready = live && observation.state === 'settled';
  const { revision } = observation;
  const moved = before?.ready !== ready || before.revision !== revision;
  return {
    clusterAppRef: { apiVersion, kind, name, namespace, ...(cluster === managementCluster ? {} : { cluster }) },
    namespace,
    ready,
    ...(revision === undefined ? {} : { revision }),
    message: observation.message,
    ...(live ? {} : { error: shortened(reasonUnseen(target), 300), ...unseenSince(target) }),
    lastTransitionTime: moved ? formatTime(now) : (before.lastTransitionTime ?? formatTime(now)),
  };
};

/** What is seen of the targets; while a cluster is only just out of sight, what was seen before. */
const seen = (
  pipeline: Pipeline,
  survey: EnvironmentSurvey,
  before: EnvironmentStatus,
  now: number,
): EnvironmentStatus => {
  const kept = survey.evidence.type === 'blink' && before.targets?.length === survey.targets.length;
  const revision = kept ? before.revision : survey.revision;
  const targets = kept
    ? before.targets
    : survey.targets.map((target, index) => targetStatus(pipeline, target, before.targets?.[index], now));
  return { ...(revision === undefined ? {} : { revision }), targets };
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
  const { promotion, history } = memory;
  const before = pipeline.status.environments?.[survey.environment.name] ?? {};
  return {
    ...seen(pipeline, survey, before, now),
    ...said(judgement, before),
    ...(promotion ? { promotion } : {}),
    ...(history ? { history } : {}),
  };
};
