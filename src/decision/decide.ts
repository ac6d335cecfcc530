import type { Action } from '../model/action.ts';
import type { Deployment } from '../model/deployment.ts';
import type { PipelineStatus } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';
import { answer, misaddressed } from './answers.ts';
import { certificateWarnings, type CertificateWarnings } from './certificates.ts';
import { checkChangesAt } from './check.ts';
import { conditionsOf, unsupported, type Reviewed } from './conditions.ts';
import { deploymentsIn } from './deployments.ts';
import { environmentStatus } from './environment-status.ts';
import { forgeActions, isRejected, leaving } from './forge-actions.ts';
import { handoverActions, handsOver } from './handover.ts';
import { glance } from './glance.ts';
import { judge, judgeFirst } from './judge.ts';
import type { Judgement } from './judgement.ts';
import { pairOf, type RetryDelays } from './pair-of.ts';
import type { Pair } from './pair.ts';
import { memoryOf } from './recall.ts';
import { reconcileRequest } from './requests.ts';
import { start } from './start.ts';
import { survey, type EnvironmentSurvey } from './survey.ts';

/** The answer for one Pipeline: the status it must have before any of the actions is done, and when to look again if nothing happens (milliseconds). */
export interface Decision {
  readonly status: PipelineStatus;
  readonly actions: readonly Action[];
  readonly judgements: readonly Judgement[];
  /** What has become of deployments: to be told once the status is written, which knows of it. */
  readonly deployments: readonly Deployment[];
  readonly wakeAt: number | undefined;
}

interface Step extends Reviewed {
  readonly actions: readonly Action[];
  readonly deployments: readonly Deployment[];
  readonly ignored: readonly string[];
  /** Infinity when nothing changes by itself. */
  readonly wakeAt: number;
}

/** When what is seen of an environment changes by itself, if it does. */
const surveyChangesAt = ({ evidence, targets }: EnvironmentSurvey): number =>
  targets.reduce(
    (earliest, { observation: { until = Infinity } }) => Math.min(earliest, until),
    evidence.type === 'blink' ? evidence.until : Infinity,
  );

const first = (pipeline: Pipeline, survey: EnvironmentSurvey, now: number): Step => {
  const judgement = judgeFirst(survey);
  const { evidence } = pipeline.status.environments?.[survey.environment.name] ?? {};
  const { entries, deployments } = deploymentsIn({ pipeline, survey, now });
  const memory = { ...(evidence ? { evidence } : {}), deployments: [...entries] };
  const status = environmentStatus(pipeline, survey, judgement, memory, now);
  const wakeAt = Math.min(judgement.until ?? Infinity, surveyChangesAt(survey));
  return { survey, judgement, status, actions: [], deployments, ignored: [], wakeAt };
};

/** What is remembered of promotions, and nothing of what was seen: it stays for when the Pipeline can be judged again. */
const memories = ({ environments = {} }: PipelineStatus): Pick<PipelineStatus, 'environments'> => {
  const kept = Object.entries(environments)
    .map(([name, status]) => [name, memoryOf(status)] as const)
    .filter(([, memory]) => Object.keys(memory).length > 0);
  return kept.length > 0 ? { environments: Object.fromEntries(kept) } : {};
};

/** When what is said of an environment changes by itself, if it does. */
const judgementChangesAt = ({ until = Infinity, newsAt = Infinity }: Judgement): number => Math.min(until, newsAt);

/** What is remembered next of promotions into the destination, what is done about them, and when others are asked again (Infinity when they are not). */
const proceed = (pair: Pair, judged: Judgement, again: number) => {
  const { memory, notBefore, now } = pair;
  const free = Math.max(again, notBefore);
  const askAt = free > now ? free : Infinity;
  const left = leaving(pair, judged);
  if (left) return { next: memory, acting: now >= free ? [left] : [], askAt };
  const begins = judged.type === 'promote';
  const next = begins && judged.revision !== undefined ? start(pair, judged.revision) : memory;
  const handing = begins && handsOver(pair.promotion);
  const acting = handing ? handoverActions(pair, next, free) : forgeActions(pair, next, judged, now >= free);
  const asking = handing || next.promotion?.state === 'Open' || isRejected(pair, next);
  return { next, acting, askAt: asking ? askAt : Infinity };
};

/** Decides one environment as the destination of the one before it. */
const decidePair = (pair: Pair, again: number): Step => {
  const { pipeline, source, destination, now } = pair;
  const { name } = destination.environment;
  const judged = judge(pair);
  const { next, acting, askAt } = proceed(pair, judged, again);
  const { entries, deployments } = deploymentsIn({ pipeline, survey: destination, now });
  const status = environmentStatus(pipeline, destination, judged, { ...next, deployments: [...entries] }, now);
  const before = pipeline.status.environments?.[name] ?? {};
  const { removals, ignored } = answer({ pipeline, source, destination, before, after: next });
  const wakeAt = Math.min(
    ...[judgementChangesAt(judged), checkChangesAt(pair, next.promotion), surveyChangesAt(destination)],
    askAt,
  );
  const actions = [...acting, ...removals];
  return { survey: destination, judgement: judged, status, actions, deployments, ignored, wakeAt };
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
    return {
      status: { ...common, ...memories(pipeline.status) },
      actions: [],
      judgements: [],
      deployments: [],
      wakeAt: undefined,
    };
  const wakeAt = Math.min(certificates.until ?? Infinity, ...steps.map((step) => step.wakeAt));
  return {
    status: {
      ...common,
      environments: Object.fromEntries(steps.map(({ survey, status }) => [survey.environment.name, status])),
    },
    actions: steps.flatMap(({ actions }) => actions),
    judgements: steps.map(({ judgement }) => judgement),
    deployments: steps.flatMap(({ deployments }) => deployments),
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
