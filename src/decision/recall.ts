import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { EnvironmentStatus, PromotionRecord } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { isUnderWay } from './answers.ts';
import { sentence } from './catalogue.ts';
import { isHandedOver } from './handover.ts';
import { promotionInto } from './pair.ts';
import { begunAnew, withoutFailure } from './promotion-record.ts';
import { begin, end, failedThere, reject, wasGivenUp } from './record.ts';
import { repositoryLeft, withRepository } from './repository.ts';
import { reconcileRequest, requestsFor } from './requests.ts';
import { titleOf, type EnvironmentSurvey, type TargetSurvey } from './survey.ts';

const isRequested = (pipeline: Pipeline): boolean => {
  const request = reconcileRequest(pipeline);
  return request !== undefined && request !== pipeline.status.lastHandledReconcileAt;
};

/** What was given up or waits for its next attempt begins anew; what has failed in its destination was made already. */
const reopened = (memory: EnvironmentStatus): EnvironmentStatus => {
  const { promotion } = memory;
  if (!promotion || failedThere(promotion)) return memory;
  if (promotion.state !== 'Failed' && promotion.state !== 'Opening') return memory;
  return { ...memory, promotion: begunAnew(promotion) };
};

/** Where the spec names another repository, the attempts that count are those to leave the old one since the last change of the spec, whichever. */
const moved = (memory: EnvironmentStatus, spec: PromotionSpec): EnvironmentStatus => {
  const { promotion } = memory;
  return promotion && repositoryLeft(promotion, spec) ? { ...memory, promotion: withoutFailure(promotion) } : memory;
};

/** What is remembered once people have asked for another attempt, or have changed the spec, which may be what had to be mended. */
const afterMending = (memory: EnvironmentStatus, pipeline: Pipeline, spec: PromotionSpec): EnvironmentStatus => {
  const { generation } = pipeline.metadata;
  const { observedGeneration = generation } = pipeline.status;
  if (observedGeneration !== generation) return moved(reopened(memory), spec);
  return isRequested(pipeline) ? reopened(memory) : memory;
};

const failureOf = (target: TargetSurvey): Pick<PromotionRecord, 'reason' | 'message'> => {
  const { observation } = target;
  const facts = { target: titleOf(target), why: observation.message };
  return observation.remediated
    ? {
        reason: 'RolledBack',
        message: sentence('RolledBack', { ...facts, running: observation.revision ?? 'nothing' }),
      }
    : { reason: 'DestinationFailed', message: sentence('DestinationFailed', facts) };
};

/** A promotion that is merged, or handed over, ends where its destination settles on the revision, or fails on it. */
const concluded = (
  memory: EnvironmentStatus,
  destination: EnvironmentSurvey,
  spec: PromotionSpec,
  now: number,
): EnvironmentStatus => {
  const { promotion } = memory;
  if (!promotion || destination.evidence.type !== 'complete') return memory;
  const { revision, state } = promotion;
  if (state !== 'Merged' && state !== 'Failed' && !isHandedOver(promotion, spec)) return memory;
  if (destination.settledOn === revision)
    return end({ ...memory, promotion: withoutFailure(promotion) }, 'Succeeded', now);
  const failing = destination.targets.find(
    ({ observation }) => observation.state === 'failed' && observation.attempted === revision,
  );
  return failing && (state === 'Merged' || state === 'Notified')
    ? { ...memory, promotion: { ...promotion, state: 'Failed', ...failureOf(failing) } }
    : memory;
};

/** Whether a person rejects what is handed over, or where nobody knows of a pull request any more: there is nothing to be closed, so that it ends at once. */
const isCalledOff = ({ promotion }: EnvironmentStatus, spec: PromotionSpec, asked: string): boolean =>
  promotion !== undefined &&
  promotion.revision === asked &&
  (promotion.state === 'Notified' ||
    (isUnderWay(promotion) && !promotion.repository && !spec.strategy?.['pull-request']));

/** Whether nothing at all is remembered where pull requests are made: then a forgotten one may be open, which only the forge knows. */
const isForgotten = ({ promotion, history = [] }: EnvironmentStatus, { strategy }: PromotionSpec): boolean =>
  !promotion && history.length === 0 && strategy?.['pull-request'] !== undefined;

/** A revision that is rejected before anything has come of it, while it is offered, or after it was handed over. */
const rejected = (
  memory: EnvironmentStatus,
  pipeline: Pipeline,
  source: EnvironmentSurvey,
  destination: EnvironmentSurvey,
  now: number,
): EnvironmentStatus => {
  const revision = source.evidence.type === 'complete' ? source.settledOn : undefined;
  const { reject: asked } = requestsFor(pipeline, destination.environment.name);
  const spec = promotionInto(pipeline, destination);
  const { name: from } = source.environment;
  if (asked !== undefined && isCalledOff(memory, spec, asked)) return reject(memory, asked, from, now);
  if (revision === undefined || asked !== revision || destination.revision === revision) return memory;
  const made = [...(memory.promotion ? [memory.promotion] : []), ...(memory.history ?? [])].some(
    (entry) => entry.revision === revision && !wasGivenUp(entry),
  );
  if (made) return memory;
  return isForgotten(memory, spec)
    ? { ...memory, promotion: withRepository(begin(revision, from, now), spec) }
    : reject(memory, revision, from, now);
};

/** What nobody could see anew: the versions that came to an environment, promotions into it, and what signed events have said of it. */
export const memoryOf = ({ promotion, history, evidence, deployments }: EnvironmentStatus): EnvironmentStatus => ({
  ...(evidence ? { evidence } : {}),
  ...(deployments ? { deployments } : {}),
  ...(promotion ? { promotion } : {}),
  ...(history ? { history } : {}),
});

/** What is remembered of promotions into the destination, brought up to what is seen of it and asked of it. */
export const recall = (
  pipeline: Pipeline,
  source: EnvironmentSurvey,
  destination: EnvironmentSurvey,
  now: number,
): EnvironmentStatus => {
  const before = memoryOf(pipeline.status.environments?.[destination.environment.name] ?? {});
  const spec = promotionInto(pipeline, destination);
  const seen = concluded(afterMending(before, pipeline, spec), destination, spec, now);
  return rejected(seen, pipeline, source, destination, now);
};
