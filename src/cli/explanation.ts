import { unsupported } from '../decision/conditions.ts';
import { explain, type EnvironmentExplained } from '../decision/explain.ts';
import type { RetryDelays } from '../decision/pair-of.ts';
import { FailureError } from '../model/failure.ts';
import type { Condition } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { AskedPipeline } from './ask-pipeline.ts';

/** The decision about a Pipeline with its reasons, for people and for programs; `notes` say how far it can be relied on. */
export interface Explanation {
  readonly namespace: string;
  readonly name: string;
  readonly summary?: string;
  readonly generation: number;
  readonly observedGeneration?: number;
  /** When the status was last changed; it is written only when it says something new. */
  readonly statusChangedAt?: string;
  readonly conditions: readonly Condition[];
  readonly notes: readonly string[];
  readonly environments: readonly EnvironmentExplained[];
}

const requestedAt = 'reconcile.fluxcd.io/requestedAt';

/** A status that nobody has written yet says generation -1. */
const observedIn = ({ status: { observedGeneration = -1 } }: Pipeline): number | undefined =>
  observedGeneration < 0 ? undefined : observedGeneration;

const notesOn = (pipeline: Pipeline): readonly string[] => {
  const { metadata, status } = pipeline;
  const observed = observedIn(pipeline);
  const requested = metadata.annotations[requestedAt];
  const handled = requested === undefined || requested === status.lastHandledReconcileAt;
  return [
    ...(metadata.deletionTimestamp === undefined ? [] : ['it is being deleted: nothing more is promoted by it']),
    ...(observed === undefined
      ? [`no controller has looked at it yet: is Leafwatch running, and does it watch namespace ${metadata.namespace}?`]
      : []),
    ...(observed !== undefined && observed < metadata.generation
      ? [
          `its status is of generation ${observed}, and the newest is ${metadata.generation}: no controller has looked at that yet`,
        ]
      : []),
    ...(handled ? [] : ['a reconcile is requested, and no controller has answered that yet']),
  ];
};

/** Whether nothing is decided on the Pipeline at all: its condition says why. */
const isRefused = (pipeline: Pipeline): boolean =>
  unsupported(pipeline) ||
  (pipeline.status.conditions ?? []).some(
    ({ type, reason, observedGeneration }) =>
      type === 'Stalled' && reason === 'InvalidSpec' && observedGeneration === pipeline.metadata.generation,
  );

/** Only the environment that was asked for, and of the one before it what runs there. */
const chosen = (
  all: readonly EnvironmentExplained[],
  { spec, metadata: { namespace, name } }: Pipeline,
  environment: string | undefined,
): readonly EnvironmentExplained[] => {
  if (environment === undefined) return all;
  const at = spec.environments.findIndex((one) => one.name === environment);
  const sources = all.slice(Math.max(0, at - 1), Math.max(0, at));
  if (at >= 0)
    return [...sources.map((source) => ({ ...source, steps: [], notLookedAt: [] })), ...all.slice(at, at + 1)];
  const there = spec.environments.map((one) => one.name).join(', ');
  const message = `Pipeline ${namespace}/${name} has no environment ${environment}; it has ${there}`;
  throw new FailureError({ remedy: 'give-up', reason: 'NoSuchEnvironment', message });
};

/** Explains a Pipeline, or one of its environments. Throws a FailureError when it has no such environment. */
export const explanation = (
  { pipeline, changedAt }: AskedPipeline,
  { environment, delays }: { readonly environment: string | undefined; readonly delays: RetryDelays },
  now: number,
): Explanation => {
  const { metadata, status } = pipeline;
  const { namespace, name, generation } = metadata;
  const observedGeneration = observedIn(pipeline);
  const environments = chosen(explain(pipeline, delays, now), pipeline, environment);
  const refused = isRefused(pipeline);
  return {
    namespace,
    name,
    ...(status.summary === undefined ? {} : { summary: status.summary }),
    generation,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(changedAt === undefined || observedGeneration === undefined ? {} : { statusChangedAt: changedAt }),
    conditions: status.conditions ?? [],
    notes: [...notesOn(pipeline), ...(refused ? ['nothing is decided on it, until it is corrected'] : [])],
    environments: refused ? [] : environments,
  };
};
