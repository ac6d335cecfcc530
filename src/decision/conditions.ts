import type { Condition, EnvironmentStatus } from '../model/pipeline-status.ts';
import type { Pipeline, UnreadablePipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import { sentence, type FactsOf, type ReasonOf } from './catalogue.ts';
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

/** A condition in the words of the catalogue. */
const tell = <R extends ReasonOf<'condition'>>(
  type: string,
  status: Condition['status'],
  reason: R,
  facts: FactsOf<R>,
): Told => told(type, status, reason, sentence(reason, facts));

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
  tell('Ready', 'Unknown', 'Progressing', {}),
  tell('Reconciling', 'True', 'Progressing', {}),
];

/** Whether the kind of application can be promoted: any version of HelmRelease. */
export const unsupported = ({ spec: { appRef } }: Pipeline): boolean =>
  appRef.kind !== 'HelmRelease' || !appRef.apiVersion.startsWith('helm.toolkit.fluxcd.io/');

const unseenCondition = (reviewed: readonly Reviewed[]): Told | undefined => {
  const evidence = reviewed.map(({ survey }) => survey.evidence).find(({ type }) => type === 'incomplete');
  if (evidence?.type !== 'incomplete') return undefined;
  const { registered, why } = evidence;
  return tell('Ready', 'False', registered ? 'TargetClusterNotReady' : 'TargetClusterNotFound', { why });
};

/** Whether a promotion cannot be made, or has failed; also while it is tried again, or nothing else is offered for now: nothing is better before that has succeeded. */
const isFailing = ({ judgement: { reason, revision }, status: { promotion } }: Reviewed): boolean =>
  reason === 'PromotionFailed' ||
  (reason !== 'ClusterUnseen' &&
    promotion?.failedSince !== undefined &&
    (revision === undefined || revision === promotion.revision));

/** What keeps a Pipeline from being Ready whatever its promotions do. */
const trouble = (reviewed: readonly Reviewed[]): readonly Told[] | undefined => {
  const failed = reviewed.find(isFailing);
  if (failed) {
    const { judgement, status } = failed;
    const { reason = 'PromotionFailed', message = judgement.message } = status.promotion ?? {};
    return stalled(reason, judgement.reason === 'PromotionFailed' ? judgement.message : message);
  }
  const unseen = unseenCondition(reviewed);
  if (unseen) return [unseen];
  const nowhere = reviewed[0]?.survey.targets.find(({ observation }) => observation.state === 'missing');
  const facts = nowhere && { target: titleOf(nowhere), why: nowhere.observation.message };
  return facts && [tell('Ready', 'False', 'TargetNotReadable', facts)];
};

const openingAnswers: ReadonlySet<Judgement['reason']> = new Set([
  'PromotionDue',
  'RetryingLater',
  'ToBeMended',
  'WaitingItsTurn',
]);

const isBeingOpened = ({ judgement: { reason }, status }: Reviewed): boolean =>
  status.promotion?.state === 'Opening' && openingAnswers.has(reason);

/** Whether the forge does not say what has become of an open pull request. */
const isOutOfSight = ({ status: { promotion } }: Reviewed): boolean =>
  promotion?.state === 'Open' && promotion.reason !== undefined;

/** What is not as it should be around the pull requests themselves. */
const incomplete = (reviewed: readonly Reviewed[]): readonly string[] =>
  reviewed.flatMap(({ survey, status }) => {
    const { trouble, check } = status.promotion?.pullRequest ?? {};
    const troubles = [trouble, check?.error].filter((text) => text !== undefined);
    return troubles.map((text) => `${survey.environment.name}: ${text}`);
  });

const readyConditions = (reviewed: readonly Reviewed[], summary: string): readonly Told[] => {
  const found = trouble(reviewed);
  if (found) return found;
  const opening = reviewed.find(isBeingOpened);
  const troubled = opening?.status.promotion?.reason ? opening : reviewed.find(isOutOfSight);
  const retrying = troubled?.status.promotion;
  if (retrying?.reason)
    return [
      told('Ready', 'False', retrying.reason, retrying.message ?? ''),
      told('Reconciling', 'True', 'ProgressingWithRetry', troubled?.judgement.message ?? ''),
    ];
  const ready = tell('Ready', 'True', 'ReconciliationSucceeded', { summary });
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

/** Conditions that say no more than that there is something to mend, and stop nothing. */
const remarks = (
  pipeline: Pipeline,
  troubles: readonly string[],
  { certificates, ignored }: Remarks,
): readonly Told[] => {
  const fields = notHonoured(pipeline);
  return [
    ...(troubles.length > 0 ? [tell('PullRequestIncomplete', 'True', 'PullRequestIncomplete', { troubles })] : []),
    ...(fields.length > 0 ? [tell('NotHonoured', 'True', 'NotHonoured', { fields })] : []),
    ...(ignored.length > 0 ? [tell('AnnotationIgnored', 'True', 'AnnotationIgnored', { ignored })] : []),
    ...(certificates.length > 0
      ? [tell('CertificateExpiring', 'True', 'CertificateExpiring', { warnings: certificates })]
      : []),
  ];
};

/** What there is to remark on a Pipeline besides its promotions, as sentences. */
export interface Remarks {
  readonly certificates: readonly string[];
  readonly ignored: readonly string[];
}

/** The Pipeline's conditions, as kstatus and the Weave tools read them. While a cluster is only just out of sight they stay as they are. */
export const conditionsOf = (
  pipeline: Pipeline,
  reviewed: readonly Reviewed[],
  summary: string,
  about: Remarks,
  now: number,
): Condition[] => {
  const { generation } = pipeline.metadata;
  const before = pipeline.status.conditions ?? [];
  const blinking = reviewed.some(({ survey }) => survey.evidence.type === 'blink');
  if (blinking && before.length > 0 && pipeline.status.observedGeneration === generation) return before;
  const { apiVersion, kind } = pipeline.spec.appRef;
  const judged = blinking ? beingRead : [...readyConditions(reviewed, summary), ...pendingCondition(reviewed)];
  const main = unsupported(pipeline)
    ? stalled('UnsupportedAppKind', sentence('UnsupportedAppKind', { apiVersion, kind }))
    : judged;
  return dated([...main, ...remarks(pipeline, incomplete(reviewed), about)], before, generation, now);
};

/** The conditions of a Pipeline that cannot be read: stalled, with the path and the reason. */
export const unreadableConditions = (
  { metadata, problem }: UnreadablePipeline,
  before: readonly Condition[],
  now: number,
): Condition[] => dated(stalled('InvalidSpec', sentence('InvalidSpec', { problem })), before, metadata.generation, now);
