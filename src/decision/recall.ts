import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { EnvironmentStatus, PromotionRecord } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { isUnderWay } from './answers.ts';
import { sentence } from './catalogue.ts';
import { isHandedOver } from './handover.ts';
import { hasNewSpec, isMended } from './mended.ts';
import { promotionInto } from './pair.ts';
import { begunAnew, withoutDelay, withoutFailure } from './promotion-record.ts';
import { begin, end, goesOn, reject, wasGivenUp } from './record.ts';
import { repositoryLeft, withRepository } from './repository.ts';
import { requestsFor } from './requests.ts';
import { titleOf, type EnvironmentSurvey, type TargetSurvey } from './survey.ts';

/** What waits for its next attempt does not wait once people have asked for it, or have changed the spec. */
const hurried = (memory: EnvironmentStatus, pipeline: Pipeline): EnvironmentStatus => {
  const { promotion } = memory;
  const waits = promotion && (promotion.state === 'Opening' || wasGivenUp(promotion));
  return waits && isMended(pipeline) ? { ...memory, promotion: withoutDelay(promotion) } : memory;
};

/** Where the spec names another repository, the attempts that count are those to leave the old one since the last change of the spec, whichever. */
const moved = (memory: EnvironmentStatus, pipeline: Pipeline, spec: PromotionSpec): EnvironmentStatus => {
  const { promotion } = memory;
  if (!promotion || !hasNewSpec(pipeline) || !repositoryLeft(promotion, spec)) return memory;
  return { ...memory, promotion: wasGivenUp(promotion) ? begunAnew(promotion) : withoutFailure(promotion) };
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

/** The promotion of which only the forge knows whether its pull request is open: nothing at all is remembered, or an attempt may have come further than it told. */
const untoldIn = (
  { promotion, history = [] }: EnvironmentStatus,
  { strategy }: PromotionSpec,
  fresh: PromotionRecord,
): PromotionRecord | undefined => {
  if (strategy?.['pull-request'] === undefined) return undefined;
  if (promotion) return goesOn(promotion, fresh.revision) ? begunAnew(promotion) : undefined;
  return history.length === 0 ? fresh : undefined;
};

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
  const untold = untoldIn(memory, spec, begin(revision, from, now));
  return untold ? { ...memory, promotion: withRepository(untold, spec) } : reject(memory, revision, from, now);
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
  const seen = concluded(moved(hurried(before, pipeline), pipeline, spec), destination, spec, now);
  return rejected(seen, pipeline, source, destination, now);
};
