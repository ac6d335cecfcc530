import type { Action, Promotion } from '../model/action.ts';
import type { EnvironmentStatus, PipelineStatus } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';
import { answer, isUnderWay, misaddressed } from './answers.ts';
import { certificateWarnings, type CertificateWarnings } from './certificates.ts';
import { conditionsOf, unsupported, type Reviewed } from './conditions.ts';
import { environmentStatus } from './environment-status.ts';
import { glance } from './glance.ts';
import { judge, judgeFirst } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { pairOf, type RetryDelays } from './pair-of.ts';
import type { Pair } from './pair.ts';
import { promotionOf } from './pull-request.ts';
import { memoryOf, reconcileRequest } from './recall.ts';
import { requestsFor } from './requests.ts';
import { start } from './start.ts';
import { survey, type EnvironmentSurvey } from './survey.ts';

/** The answer for one Pipeline: the status it must have before any of the actions is done, and when to look again if nothing happens (milliseconds). */
export interface Decision {
  readonly status: PipelineStatus;
  readonly actions: readonly Action[];
  readonly judgements: readonly Judgement[];
  readonly wakeAt: number | undefined;
}

interface Step extends Reviewed {
  readonly actions: readonly Action[];
  readonly ignored: readonly string[];
  /** Infinity when nothing changes by itself. */
  readonly wakeAt: number;
}

/** When what is seen of an environment changes by itself, if it does. */
const changeOf = ({ evidence, targets }: EnvironmentSurvey): number =>
  targets.reduce(
    (earliest, { observation: { until = Infinity } }) => Math.min(earliest, until),
    evidence.type === 'blink' ? evidence.until : Infinity,
  );

const first = (pipeline: Pipeline, survey: EnvironmentSurvey, now: number): Step => {
  const judgement = judgeFirst(survey);
  const { evidence } = pipeline.status.environments?.[survey.environment.name] ?? {};
  const status = environmentStatus(pipeline, survey, judgement, evidence ? { evidence } : {}, now);
  const wakeAt = Math.min(judgement.until ?? Infinity, changeOf(survey));
  return { survey, judgement, status, actions: [], ignored: [], wakeAt };
};

/** Whether a person has rejected what is under way, also while something else is offered, or nothing can be told. */
const isRejected = ({ pipeline, destination }: Pair, { promotion }: EnvironmentStatus): boolean =>
  promotion !== undefined &&
  isUnderWay(promotion) &&
  requestsFor(pipeline, destination.environment.name).reject === promotion.revision;

/** What is to be done about the promotion that `memory` tells of; `due` is whether the forge may be asked again. */
const actionsFor = (pair: Pair, memory: EnvironmentStatus, { type }: Judgement, due: boolean): readonly Action[] => {
  const { promotion: current, history = [] } = memory;
  const strategy = pair.promotion.strategy?.['pull-request'];
  if (!strategy || !current || (type !== 'promote' && !due)) return [];
  const promotion = (): Promotion => promotionOf(pair, strategy, current, history);
  if (type === 'promote') return [{ type: 'open-pull-request', promotion: promotion() }];
  if (isRejected(pair, memory)) return [closing(promotion())];
  const { state, pullRequest } = current;
  return state === 'Open' && pullRequest ? [{ type: 'follow-pull-request', promotion: promotion(), pullRequest }] : [];
};

const closing = (promotion: Promotion): Action => ({
  type: 'close-pull-request',
  promotion,
  comment: `Rejected: ${promotion.revision} was rejected for ${promotion.environment} by an annotation of its Pipeline.`,
});

/** What is remembered of promotions, and nothing of what was seen: it stays for when the Pipeline can be judged again. */
const memories = ({ environments = {} }: PipelineStatus): Pick<PipelineStatus, 'environments'> => {
  const kept = Object.entries(environments)
    .map(([name, status]) => [name, memoryOf(status)] as const)
    .filter(([, memory]) => Object.keys(memory).length > 0);
  return kept.length > 0 ? { environments: Object.fromEntries(kept) } : {};
};

/** Decides one environment as the destination of the one before it. */
const decidePair = (pair: Pair, again: number): Step => {
  const { pipeline, source, destination, memory, notBefore, now } = pair;
  const { name } = destination.environment;
  const judged = judge(pair);
  const next = judged.type === 'promote' && judged.revision !== undefined ? start(pair, judged.revision) : memory;
  const status = environmentStatus(pipeline, destination, judged, next, now);
  const before = pipeline.status.environments?.[name] ?? {};
  const { removals, ignored } = answer({ pipeline, source, destination, before, after: next });
  const free = Math.max(again, notBefore);
  const actions = actionsFor(pair, next, judged, now >= free);
  const asking = next.promotion?.state === 'Open' || isRejected(pair, next);
  const wakeAt = Math.min(judged.until ?? Infinity, asking && free > now ? free : Infinity, changeOf(destination));
  return { survey: destination, judgement: judged, status, actions: [...actions, ...removals], ignored, wakeAt };
};

/** What a decision looks at besides the Pipeline itself. */
export interface Surroundings {
  readonly surveys: readonly EnvironmentSurvey[];
  readonly certificates: CertificateWarnings;
  /** The time before which the forge is not to be asked again about the promotion into an environment. */
  readonly askAgainAt: (environment: string) => number | undefined;
}

/**
 * The whole decision for one Pipeline, from what is known of its environments, wherever that comes from. Pure: the same knowledge
 * gives the same answer. Promises that no action is due which the returned status does not already tell of (write-ahead).
 */
export const decideFrom = (
  pipeline: Pipeline,
  { surveys, certificates, askAgainAt }: Surroundings,
  delays: RetryDelays,
  now: number,
): Decision => {
  const steps = surveys.map((destination, index): Step => {
    const source = surveys[index - 1];
    if (!source) return first(pipeline, destination, now);
    const again = askAgainAt(destination.environment.name);
    return decidePair(pairOf(pipeline, [source, destination], { delays, askAgainAt: again }, now), again ?? 0);
  });
  const common = commonStatus(pipeline, steps, certificates.messages, now);
  if (unsupported(pipeline))
    return { status: { ...common, ...memories(pipeline.status) }, actions: [], judgements: [], wakeAt: undefined };
  const wakeAt = Math.min(certificates.until ?? Infinity, ...steps.map((step) => step.wakeAt));
  return {
    status: {
      ...common,
      environments: Object.fromEntries(steps.map(({ survey, status }) => [survey.environment.name, status])),
    },
    actions: steps.flatMap(({ actions }) => actions),
    judgements: steps.map(({ judgement }) => judgement),
    wakeAt: wakeAt === Infinity ? undefined : wakeAt,
  };
};

/** The whole decision for one Pipeline, from the newest observed state. */
export const decide = (pipeline: Pipeline, world: World, delays: RetryDelays, now: number): Decision => {
  const surveys = survey(pipeline, world, now);
  const certificates = certificateWarnings(surveys, world, now);
  const askAgainAt = (environment: string) => world.askAgainAt(keyOfPipeline(pipeline), environment);
  return decideFrom(pipeline, { surveys, certificates, askAgainAt }, delays, now);
};

/** What the status says of the Pipeline as a whole. */
const commonStatus = (
  pipeline: Pipeline,
  steps: readonly Step[],
  certificates: readonly string[],
  now: number,
): PipelineStatus => {
  const handled = reconcileRequest(pipeline) ?? pipeline.status.lastHandledReconcileAt;
  const blinking = steps.some(({ judgement }) => judgement.type === 'blink');
  const summary = (blinking ? pipeline.status.summary : undefined) ?? glance(steps);
  const ignored = [...misaddressed(pipeline), ...steps.flatMap((step) => step.ignored)];
  return {
    observedGeneration: pipeline.metadata.generation,
    ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
    ...(unsupported(pipeline) ? {} : { summary }),
    conditions: conditionsOf(pipeline, steps, summary, { certificates, ignored }, now),
  };
};
