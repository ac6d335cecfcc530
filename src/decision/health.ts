import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Observation } from './observe.ts';

/** When a target that was seen then was last seen to stop being healthy, which a large Pipeline does not tell; an unseen one says nothing. */
const brokenAt = ({ ready, error, lastTransitionTime }: TargetStatus): number | undefined => {
  if (ready || error !== undefined) return undefined;
  return lastTransitionTime === undefined ? Infinity : Date.parse(lastTransitionTime);
};

/**
 * Since when all targets have been healthy on a revision without a break, milliseconds. The objects say it themselves, so that a
 * restart of ours, or the loss of a cluster, starts nothing again unless they tell of a break. What they do not tell of, as a
 * suspension, is known from the status: a target that was seen on this revision and not healthy had a break then.
 */
export const healthySince = (
  targets: readonly { readonly observation: Pick<Observation, 'healthySince'> }[],
  revision: string,
  before: EnvironmentStatus,
  now: number,
): number => {
  const told = Math.max(...targets.map(({ observation }) => observation.healthySince ?? now));
  if (before.revision !== revision) return told;
  if (before.healthySince !== undefined) return Math.max(told, Date.parse(before.healthySince));
  const breaks = (before.targets ?? []).flatMap((target) => brokenAt(target) ?? []);
  return breaks.length === 0 || told > Math.max(...breaks) ? told : now;
};
