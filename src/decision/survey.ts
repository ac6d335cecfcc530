import { clusterOf, clusterTitle, type ClusterKey, type ClusterState } from '../model/cluster.ts';
import { objectKey, splitKey, type ObjectKey } from '../model/object-key.ts';
import type { Environment, Target } from '../model/pipeline-spec.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';
import { observe, type Observation } from './observe.ts';

/** A loss of sight that lasts less than this is no news: it delays a decision and changes nothing that people see. */
const blinkLimit = 30_000;

export interface TargetSurvey {
  readonly target: Target;
  readonly cluster: ClusterKey;
  readonly release: ObjectKey;
  readonly clusterState: ClusterState;
  readonly observation: Observation;
}

/** Whether an environment can be judged: `complete`, in a `blink` until a time, or `incomplete` for as long as a cluster is not seen. */
type Evidence =
  | { readonly type: 'complete' }
  | { readonly type: 'blink'; readonly until: number }
  | { readonly type: 'incomplete'; readonly unseen: TargetSurvey };

/** An environment as it is now. `revision` is what all targets run, `settledOn` the same when all of them are settled. */
export interface EnvironmentSurvey {
  readonly environment: Environment;
  readonly targets: readonly TargetSurvey[];
  readonly evidence: Evidence;
  readonly revision: string | undefined;
  readonly settledOn: string | undefined;
}

/** How a target is called in front of people. */
export const titleOf = ({ release, cluster }: TargetSurvey): string => {
  const { namespace, name } = splitKey(release);
  return `${name} in namespace ${namespace} of ${clusterTitle(cluster)}`;
};

/** When a state that is not live stops being a blink; undefined for those that never were one. */
const blinkEnd = (state: ClusterState): number | undefined => ('since' in state ? state.since + blinkLimit : undefined);

const evidenceOf = (targets: readonly TargetSurvey[], now: number): Evidence => {
  const unseen = targets.filter(({ clusterState }) => clusterState.type !== 'live');
  const ends = unseen.map(({ clusterState }) => blinkEnd(clusterState) ?? 0);
  const over = unseen.find((_, index) => (ends[index] ?? 0) <= now);
  if (over) return { type: 'incomplete', unseen: over };
  return unseen.length > 0 ? { type: 'blink', until: Math.min(...ends) } : { type: 'complete' };
};

const agreed = (targets: readonly TargetSurvey[]): string | undefined => {
  const [first, ...rest] = targets.map(({ observation }) => observation.revision);
  return rest.every((revision) => revision === first) ? first : undefined;
};

/** Looks at every environment of a Pipeline in the newest observed state. */
export const survey = (pipeline: Pipeline, world: World, now: number): readonly EnvironmentSurvey[] =>
  pipeline.spec.environments.map((environment) => {
    const targets = environment.targets.map((target): TargetSurvey => {
      const cluster = clusterOf(target, pipeline.metadata.namespace);
      const release = objectKey(target.namespace, target.name ?? pipeline.spec.appRef.name);
      const observation = observe(world.release(cluster, release), now);
      return { target, cluster, release, clusterState: world.cluster(cluster), observation };
    });
    const revision = agreed(targets);
    const settled = targets.every(({ observation }) => observation.state === 'settled');
    return {
      environment,
      targets,
      evidence: evidenceOf(targets, now),
      revision,
      settledOn: settled ? revision : undefined,
    };
  });
