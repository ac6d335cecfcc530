import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Observation } from './observe.ts';
import type { Place } from './place.ts';
import { toldOf } from './told-of.ts';

/** The targets that were seen on the revision and had stopped being healthy then; an unseen one says nothing. */
const brokenIn = ({ targets = [] }: EnvironmentStatus, on: string): readonly TargetStatus[] =>
  targets.filter(({ ready, error, revision }) => !ready && error === undefined && revision === on);

/** When it had stopped, which a large Pipeline does not tell. */
const timeOf = ({ lastTransitionTime }: TargetStatus): number =>
  lastTransitionTime === undefined ? Infinity : Date.parse(lastTransitionTime);

type Target = Pick<Place, 'cluster' | 'release'> & { readonly observation: Pick<Observation, 'healthySince'> };

/**
 * Since when all targets have been healthy on a revision without a break, milliseconds. The objects say it themselves, so that a
 * restart of ours, or the loss of a cluster, starts nothing again unless they tell of a break. What an object does not tell of, as a
 * suspension, is known from the status: a target that was seen on this revision and not healthy had a break until now.
 */
export const healthySince = (
  targets: readonly Target[],
  revision: string,
  before: EnvironmentStatus,
  now: number,
): number => {
  const broken = brokenIn(before, revision);
  const known = before.revision === revision ? before.healthySince : undefined;
  return targets.reduce(
    (latest, target) => {
      const { healthySince: told = now } = target.observation;
      const before = toldOf(target, { targets: broken });
      return Math.max(latest, before === undefined || told > timeOf(before) ? told : now);
    },
    known === undefined ? -Infinity : Date.parse(known),
  );
};
