import { clusterTitle, type ClusterKey, type ClusterState } from '../model/cluster.ts';
import { splitKey } from '../model/object-key.ts';
import type { Environment } from '../model/pipeline-spec.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';
import { healthySince, type Before } from './health.ts';
import { observeStatus } from './observe-status.ts';
import { observe, observeEvent, type Observation } from './observe.ts';
import { placesOf, type Place } from './place.ts';
import { toldOf } from './told-of.ts';
import { reasonUnseen } from './unseen.ts';

/** A loss of sight that lasts less than this is no news: it delays a decision and changes nothing that people see. */
const blinkLimit = 30_000;

/** Why nothing current is known of a target, as a clause, and since when (milliseconds) where that can be told. */
export interface Unseen {
  readonly registered: boolean;
  readonly why: string;
  readonly since?: number;
}

export interface TargetSurvey extends Place {
  readonly unseen: Unseen | undefined;
  readonly detectedBy: 'Watch' | 'Webhook';
  /** What is known of it, or was last known when it is not seen now. */
  readonly observation: Observation;
}

/** Whether an environment can be judged: `complete`, in a `blink` until a time, or `incomplete` for as long as a cluster is not seen. */
export type Evidence =
  | { readonly type: 'complete' }
  | { readonly type: 'blink'; readonly until: number }
  | ({ readonly type: 'incomplete' } & Unseen);

/**
 * An environment as it is now. `revision` is what all targets run, `settledOn` the same when all of them are settled, and
 * `healthySince` since when they are, without a break (milliseconds).
 */
export interface EnvironmentSurvey {
  readonly environment: Environment;
  readonly targets: readonly TargetSurvey[];
  readonly evidence: Evidence;
  readonly revision: string | undefined;
  readonly settledOn: string | undefined;
  readonly healthySince: number | undefined;
}

/** How a target is called in front of people. */
export const titleOf = ({ release, cluster }: Pick<TargetSurvey, 'release' | 'cluster'>): string => {
  const { namespace, name } = splitKey(release);
  return `${name} in namespace ${namespace} of ${clusterTitle(cluster)}`;
};

/** Where the evidence for a target stands that is known by signed events. */
export const evidenceKey = ({ cluster, release }: Pick<TargetSurvey, 'release' | 'cluster'>): string =>
  `${cluster} ${release}`;

/** Of so many revisions in one environment people are told, and then how many more there are. */
const mostNamed = 5;

/** Some of many, for people. */
export const firstOf = (names: readonly string[], separator: string): string =>
  names.length <= mostNamed
    ? names.join(separator)
    : [...names.slice(0, mostNamed), `${names.length - mostNamed} more`].join(separator);

/** What an environment runs, for people: one revision, or each that one of its targets runs. */
export const running = ({ targets, revision }: Pick<EnvironmentSurvey, 'targets' | 'revision'>): string =>
  revision ?? firstOf([...new Set(targets.map(({ observation }) => observation.revision ?? '-'))], '|');

const unseenBy = (cluster: ClusterKey, state: ClusterState): Unseen => ({
  registered: state.type !== 'unregistered',
  why: reasonUnseen(cluster, state),
  ...('since' in state ? { since: state.since } : {}),
});

/** Whether what is known of these targets is enough to judge their environment. */
export const evidenceOf = (targets: readonly TargetSurvey[], now: number): Evidence => {
  let longest: Unseen | undefined;
  for (const { unseen } of targets) if (unseen && (!longest || blinkOf(unseen) < blinkOf(longest))) longest = unseen;
  if (!longest) return { type: 'complete' };
  const until = blinkOf(longest);
  return until <= now ? { type: 'incomplete', ...longest } : { type: 'blink', until };
};

/** When a loss of sight becomes news; one that began nobody knows when is. */
const blinkOf = ({ since }: Unseen): number => (since === undefined ? 0 : since + blinkLimit);

const agreed = (targets: readonly TargetSurvey[]): string | undefined => {
  const revision = targets[0]?.observation.revision;
  return targets.every(({ observation }) => observation.revision === revision) ? revision : undefined;
};

/** An environment from what is known of its targets, and from what its status remembers of their health. */
export const surveyOf = (
  environment: Environment,
  targets: readonly TargetSurvey[],
  evidence: Evidence,
  before: Before,
  now: number,
): EnvironmentSurvey => {
  const revision = agreed(targets);
  const settled = targets.every(({ observation }) => observation.state === 'settled');
  const settledOn = settled ? revision : undefined;
  return {
    environment,
    targets,
    evidence,
    revision,
    settledOn,
    healthySince: settledOn === undefined ? undefined : healthySince(targets, settledOn, before, now),
  };
};

const neverSeen = observeStatus({ ready: false, message: 'it has not been seen yet' }, undefined);

/** A target as it is seen, as it was last seen, or as signed events tell of it where its cluster is not registered. */
const surveyTarget = (
  place: Place,
  index: number,
  { status, told }: Before,
  world: World,
  now: number,
): TargetSurvey => {
  const { target, cluster, release } = place;
  const state = world.cluster(cluster);
  const heard = state.type === 'unregistered' ? status.evidence?.[evidenceKey(place)] : undefined;
  if (heard) return { ...place, unseen: undefined, detectedBy: 'Webhook', observation: observeEvent(heard) };
  const known = world.release(cluster, release);
  const common = { target, cluster, release, detectedBy: 'Watch' } as const;
  if (state.type === 'live') return { ...common, unseen: undefined, observation: observe(known, now) };
  const unseen = unseenBy(cluster, state);
  if (known) return { ...common, unseen, observation: observe(known, now) };
  // A restart, or a registration that goes, takes what this process knew; the status has it still.
  const last = told(place, index);
  return { ...common, unseen, observation: last ? observeStatus(last, status.healthySince) : neverSeen };
};

/** Looks at every environment of a Pipeline in the newest observed state. */
export const survey = (pipeline: Pipeline, world: World, now: number): readonly EnvironmentSurvey[] => {
  const places = placesOf(pipeline);
  return pipeline.spec.environments.map((environment, index) => {
    const status = pipeline.status.environments?.[environment.name] ?? {};
    const before = { status, told: toldOf(pipeline, status) };
    const targets = (places[index] ?? []).map((place, number) => surveyTarget(place, number, before, world, now));
    return surveyOf(environment, targets, evidenceOf(targets, now), before, now);
  });
};
