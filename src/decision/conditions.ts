import type { Condition, EnvironmentStatus } from '../model/pipeline-status.ts';
import type { Pipeline, UnreadablePipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import { reasonUnseen } from './evidence.ts';
import type { Judgement } from './judgement.ts';
import { notHonoured } from './not-honoured.ts';
import { titleOf, type EnvironmentSurvey } from './survey.ts';

/** An environment with all that is known and said of it. */
export interface Reviewed {
  readonly survey: EnvironmentSurvey;
  readonly judgement: Judgement;
  readonly status: EnvironmentStatus;
}

type Told = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

const told = (type: string, status: Condition['status'], reason: string, message: string): Told => ({
  type,
  status,
  reason,
  message,
});

/** The conditions with their times: one that keeps its status keeps its time. */
const dated = (
  conditions: readonly Told[],
  before: readonly Condition[],
  generation: number,
  now: number,
): Condition[] =>
  conditions.map((condition) => {
    const old = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return {
      ...condition,
      observedGeneration: generation,
      lastTransitionTime: old?.lastTransitionTime ?? formatTime(now),
    };
  });

const stalled = (reason: string, message: string): readonly Told[] => [
  told('Ready', 'False', reason, message),
  told('Stalled', 'True', reason, message),
];

const beingRead: readonly Told[] = [
  told('Ready', 'Unknown', 'Progressing', 'the clusters of the targets are being read'),
  told('Reconciling', 'True', 'Progressing', 'the clusters of the targets are being read'),
];

/** Whether the kind of application can be promoted: any version of HelmRelease. */
export const unsupported = ({ spec: { appRef } }: Pipeline): boolean =>
  appRef.kind !== 'HelmRelease' || !appRef.apiVersion.startsWith('helm.toolkit.fluxcd.io/');

const unseenCondition = (reviewed: readonly Reviewed[]): Told | undefined => {
  const evidence = reviewed.map(({ survey }) => survey.evidence).find(({ type }) => type === 'incomplete');
  if (evidence?.type !== 'incomplete') return undefined;
  const { clusterState } = evidence.unseen;
  const reason = clusterState.type === 'unregistered' ? 'TargetClusterNotFound' : 'TargetClusterNotReady';
  return told('Ready', 'False', reason, reasonUnseen(evidence.unseen));
};

/** What an environment runs: one revision, or each that one of its targets runs. */
const running = ({ targets }: EnvironmentSurvey): string =>
  [...new Set(targets.map(({ observation }) => observation.revision ?? '-'))].join('|');

/** What keeps a Pipeline from being Ready whatever its promotions do. */
const trouble = (reviewed: readonly Reviewed[]): readonly Told[] | undefined => {
  const failed = reviewed.find(({ judgement }) => judgement.reason === 'PromotionFailed');
  if (failed) return stalled(failed.status.promotion?.reason ?? 'PromotionFailed', failed.judgement.message);
  const unseen = unseenCondition(reviewed);
  if (unseen) return [unseen];
  const nowhere = reviewed[0]?.survey.targets.find(({ observation }) => observation.state === 'missing');
  return (
    nowhere && [told('Ready', 'False', 'TargetNotReadable', `${titleOf(nowhere)}: ${nowhere.observation.message}`)]
  );
};

const isBeingOpened = ({ judgement, status }: Reviewed): boolean =>
  status.promotion?.state === 'Opening' && (judgement.type === 'promote' || judgement.reason === 'RetryingLater');

const readyConditions = (reviewed: readonly Reviewed[]): readonly Told[] => {
  const found = trouble(reviewed);
  if (found) return found;
  const opening = reviewed.find(isBeingOpened);
  const retrying = opening?.status.promotion;
  if (retrying?.reason)
    return [
      told('Ready', 'False', retrying.reason, retrying.message ?? ''),
      told('Reconciling', 'True', 'ProgressingWithRetry', opening?.judgement.message ?? ''),
    ];
  const glance = reviewed.map(({ survey }) => `${survey.environment.name} ${running(survey)}`).join(' › ');
  const ready = told('Ready', 'True', 'ReconciliationSucceeded', glance);
  return opening ? [ready, told('Reconciling', 'True', 'Progressing', opening.judgement.message)] : [ready];
};

const pendingCondition = (reviewed: readonly Reviewed[]): readonly Told[] => {
  const pending = reviewed.filter(
    ({ judgement }) => judgement.revision !== undefined && (judgement.type === 'wait' || judgement.type === 'hold'),
  );
  const [first] = pending;
  if (!first) return [];
  const messages = pending.map(({ survey, judgement }) => `${survey.environment.name}: ${judgement.message}`);
  return [told('PromotionPending', 'True', first.judgement.reason, messages.join('; '))];
};

const notHonouredCondition = (pipeline: Pipeline): readonly Told[] => {
  const fields = notHonoured(pipeline);
  const message = `this version of Leafwatch does not honour ${fields.join(', ')} yet`;
  return fields.length > 0 ? [told('NotHonoured', 'True', 'NotHonouredYet', message)] : [];
};

/** A warning that stops nothing: for as long as it is there, somebody has to renew something. */
const expiring = (certificates: readonly string[]): readonly Told[] =>
  certificates.length > 0 ? [told('CertificateExpiring', 'True', 'CertificateExpiring', certificates.join('; '))] : [];

/** The Pipeline's conditions, as kstatus and the Weave tools read them. While a cluster is only just out of sight they stay as they are. */
export const conditionsOf = (
  pipeline: Pipeline,
  reviewed: readonly Reviewed[],
  certificates: readonly string[],
  now: number,
): Condition[] => {
  const { generation } = pipeline.metadata;
  const before = pipeline.status.conditions ?? [];
  const blinking = reviewed.some(({ survey }) => survey.evidence.type === 'blink');
  if (blinking && before.length > 0 && pipeline.status.observedGeneration === generation) return before;
  const { appRef } = pipeline.spec;
  const judged = blinking ? beingRead : [...readyConditions(reviewed), ...pendingCondition(reviewed)];
  const main = unsupported(pipeline)
    ? stalled(
        'UnsupportedAppKind',
        `appRef names ${appRef.apiVersion} ${appRef.kind}; only HelmRelease (helm.toolkit.fluxcd.io) can be promoted`,
      )
    : judged;
  return dated([...main, ...notHonouredCondition(pipeline), ...expiring(certificates)], before, generation, now);
};

/** The conditions of a Pipeline that cannot be read: stalled, with the path and the reason. */
export const unreadableConditions = (
  { metadata, problem }: UnreadablePipeline,
  before: readonly Condition[],
  now: number,
): Condition[] => dated(stalled('InvalidSpec', problem), before, metadata.generation, now);
