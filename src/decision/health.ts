import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Observation } from './observe.ts';
import type { Place } from './place.ts';
import type { Told } from './told-of.ts';

/** When a target that was seen on the revision then had stopped being healthy, which a large Pipeline does not tell; an unseen one says nothing. */
const brokenAt = (before: TargetStatus | undefined, revision: string): number | undefined => {
  if (!before || before.ready || before.error !== undefined || before.revision !== revision) return undefined;
  return before.lastTransitionTime === undefined ? Infinity : Date.parse(before.lastTransitionTime);
};

/** What the status of an environment says from before. */
export interface Before {
  readonly status: EnvironmentStatus;
  readonly told: Told;
}

type Target = Pick<Place, 'cluster' | 'release'> & { readonly observation: Pick<Observation, 'healthySince'> };

/**
 * Since when all targets have been healthy on a revision without a break, milliseconds. The objects say it themselves, so that a
 * restart of ours, or the loss of a cluster, starts nothing again unless they tell of a break. What an object does not tell of, as a
 * suspension, is known from the status: a target that was seen on this revision and not healthy had a break until now.
 */
export const healthySince = (
  targets: readonly Target[],
  revision: string,
  { status, told }: Before,
  now: number,
): number => {
  const known = status.revision === revision ? status.healthySince : undefined;
  return targets.reduce(
    (latest, target, index) => {
      const { healthySince: seen = now } = target.observation;
      const broken = brokenAt(told(target, index), revision);
      return Math.max(latest, broken === undefined || seen > broken ? seen : now);
    },
    known === undefined ? -Infinity : Date.parse(known),
  );
};
