import type { Action } from '../model/action.ts';
import type { EnvironmentStatus, PipelineStatus, PromotionRecord } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';
import { certificateWarnings } from './certificates.ts';
import { conditionsOf, unsupported, type Reviewed } from './conditions.ts';
import { environmentStatus } from './environment-status.ts';
import { judge, judgeFirst, promotionInto } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { promotionOf } from './pull-request.ts';
import { begin, end } from './record.ts';
import { survey, type EnvironmentSurvey } from './survey.ts';

/** How long an attempt that failed waits for the next: doubled from `min` to `max`, milliseconds. */
export interface RetryDelays {
  readonly min: number;
  readonly max: number;
}

/** The answer for one Pipeline: the status it must have before any of the actions is done, and when to look again if nothing happens (milliseconds). */
export interface Decision {
  readonly status: PipelineStatus;
  readonly actions: readonly Action[];
  readonly judgements: readonly Judgement[];
  readonly wakeAt: number | undefined;
}

const requestedAt = 'reconcile.fluxcd.io/requestedAt';

/** Whether a `flux reconcile` is to be taken into account: what failed is tried again, and at once. */
const requested = ({ metadata, status }: Pipeline): boolean =>
  metadata.annotations[requestedAt] !== undefined &&
  metadata.annotations[requestedAt] !== status.lastHandledReconcileAt;

const reopened = (memory: EnvironmentStatus): EnvironmentStatus => {
  const { promotion } = memory;
  if (promotion?.state !== 'Failed' && promotion?.state !== 'Opening') return memory;
  const { revision, from, startedAt } = promotion;
  return { ...memory, promotion: { revision, from, startedAt, state: 'Opening' } };
};

/** A promotion has succeeded when it is merged and its destination has settled on its revision. */
const succeeded = (
  memory: EnvironmentStatus,
  { settledOn, evidence }: EnvironmentSurvey,
  now: number,
): EnvironmentStatus =>
  memory.promotion?.state === 'Merged' && evidence.type === 'complete' && settledOn === memory.promotion.revision
    ? end(memory, 'Succeeded', now)
    : memory;

const isOpen = ({ state }: PromotionRecord): boolean => state === 'Opening' || state === 'Open';

/** A new promotion takes the place of the one before: an open one is superseded, a merged one is history. */
const started = (memory: EnvironmentStatus, revision: string, from: string, now: number): EnvironmentStatus => {
  const { promotion } = memory;
  if (promotion?.revision === revision) return memory;
  const ended = promotion && isOpen(promotion) ? end(memory, 'Superseded', now) : memory;
  const kept =
    promotion && (promotion.state === 'Merged' || promotion.state === 'Failed')
      ? end(memory, promotion.state, now)
      : ended;
  return { ...kept, promotion: begin(revision, from, now) };
};

const backoff = (
  { attempts = 0, lastAttemptedTime }: Partial<PromotionRecord> = {},
  { min, max }: RetryDelays,
): number =>
  attempts === 0 || lastAttemptedTime === undefined
    ? 0
    : Date.parse(lastAttemptedTime) + Math.min(max, min * 2 ** Math.min(attempts - 1, 30));

type Surveys = readonly [source: EnvironmentSurvey, destination: EnvironmentSurvey];

interface Step extends Reviewed {
  readonly actions: readonly Action[];
  readonly wakeAt: readonly (number | undefined)[];
}

const first = (pipeline: Pipeline, environment: EnvironmentSurvey, now: number): Step => {
  const { name } = environment.environment;
  const judgement = judgeFirst(environment);
  const status = environmentStatus(pipeline, environment, judgement, pipeline.status.environments?.[name] ?? {}, now);
  return { survey: environment, judgement, status, actions: [], wakeAt: [judgement.until] };
};

const actionsFor = (
  pipeline: Pipeline,
  [source, destination]: Surveys,
  due: boolean,
  judgement: Judgement,
): readonly Action[] => {
  const strategy = promotionInto(pipeline, destination).strategy?.['pull-request'];
  const current = pipeline.status.environments?.[destination.environment.name]?.promotion;
  if (!strategy || !current) return [];
  if (judgement.type === 'promote')
    return [
      { type: 'open-pull-request', promotion: promotionOf(pipeline, source, destination, strategy, current.revision) },
    ];
  if (current.state !== 'Open' || !current.pullRequest || !due) return [];
  const promotion = promotionOf(pipeline, source, destination, strategy, current.revision);
  return [{ type: 'follow-pull-request', promotion, pullRequest: current.pullRequest }];
};

/** What is remembered of promotions into the destination, brought up to what is seen and asked for. */
const memoryOf = (pipeline: Pipeline, destination: EnvironmentSurvey, now: number): EnvironmentStatus => {
  const before = pipeline.status.environments?.[destination.environment.name] ?? {};
  return succeeded(requested(pipeline) ? reopened(before) : before, destination, now);
};

/** What is remembered of promotions, and nothing of what was seen: it stays for when the Pipeline can be judged again. */
const memories = ({ environments = {} }: PipelineStatus): Pick<PipelineStatus, 'environments'> => {
  const kept = Object.entries(environments).flatMap(([name, { promotion, history }]) =>
    promotion ? [[name, { promotion, ...(history ? { history } : {}) }] as const] : [],
  );
  return kept.length > 0 ? { environments: Object.fromEntries(kept) } : {};
};

const withEnvironment = (pipeline: Pipeline, name: string, status: EnvironmentStatus): Pipeline => ({
  ...pipeline,
  status: { ...pipeline.status, environments: { ...pipeline.status.environments, [name]: status } },
});

/** Decides one environment as the destination of the one before it. */
const decidePair = (pipeline: Pipeline, world: World, pair: Surveys, delays: RetryDelays, now: number): Step => {
  const [source, destination] = pair;
  const { name } = destination.environment;
  const memory = memoryOf(pipeline, destination, now);
  const again = world.askAgainAt(keyOfPipeline(pipeline), name) ?? 0;
  const retrying = memory.promotion?.state === 'Opening' && memory.promotion.attempts !== undefined;
  const notBefore = retrying ? Math.max(backoff(memory.promotion, delays), again) : 0;
  const judgement = judge({ pipeline, source, destination, memory, notBefore, now });
  const due = judgement.type === 'promote' ? judgement.revision : undefined;
  const next = due === undefined ? memory : started(memory, due, source.environment.name, now);
  const status = environmentStatus(pipeline, destination, judgement, next, now);
  const actions = actionsFor(withEnvironment(pipeline, name, status), pair, now >= again, judgement);
  const follow = next.promotion?.state === 'Open' && again > now ? again : undefined;
  const settling = pair.flatMap(({ targets }) => targets.map(({ observation }) => observation.until));
  return { survey: destination, judgement, status, actions, wakeAt: [judgement.until, follow, ...settling] };
};

/**
 * The whole decision for one Pipeline, from the newest observed state. Pure: the same knowledge gives the same answer.
 * Promises that no action is due which the returned status does not already tell of (write-ahead).
 */
export const decide = (pipeline: Pipeline, world: World, delays: RetryDelays, now: number): Decision => {
  const surveys = survey(pipeline, world, now);
  const steps = surveys.map((destination, index): Step => {
    const source = surveys[index - 1];
    return source ? decidePair(pipeline, world, [source, destination], delays, now) : first(pipeline, destination, now);
  });
  const certificates = certificateWarnings(surveys, world, now);
  const handled = pipeline.metadata.annotations[requestedAt] ?? pipeline.status.lastHandledReconcileAt;
  const common = {
    observedGeneration: pipeline.metadata.generation,
    ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
    conditions: conditionsOf(pipeline, steps, certificates.messages, now),
  };
  if (unsupported(pipeline))
    return { status: { ...common, ...memories(pipeline.status) }, actions: [], judgements: [], wakeAt: undefined };
  const times = [...steps.flatMap(({ wakeAt }) => wakeAt), certificates.until].filter((time) => time !== undefined);
  return {
    status: {
      ...common,
      environments: Object.fromEntries(steps.map(({ survey, status }) => [survey.environment.name, status])),
    },
    actions: steps.flatMap(({ actions }) => actions),
    judgements: steps.map(({ judgement }) => judgement),
    wakeAt: times.length > 0 ? Math.min(...times) : undefined,
  };
};
