import type { EnvironmentStatus, TargetStatus } from '../model/pipeline-status.ts';
import type { Observation } from './observe.ts';

/** When a target that was seen on the revision then had stopped being healthy, which a large Pipeline does not tell; an unseen one says nothing. */
const brokenAt = (before: TargetStatus | undefined, revision: string): number | undefined => {
  if (!before || before.ready || before.error !== undefined || before.revision !== revision) return undefined;
  return before.lastTransitionTime === undefined ? Infinity : Date.parse(before.lastTransitionTime);
};

/**
 * Since when all targets have been healthy on a revision without a break, milliseconds. The objects say it themselves, so that a
 * restart of ours, or the loss of a cluster, starts nothing again unless they tell of a break. What an object does not tell of, as a
 * suspension, is known from the status: a target that was seen on this revision and not healthy had a break until now.
 */
export const healthySince = (
  targets: readonly { readonly observation: Pick<Observation, 'healthySince'> }[],
  revision: string,
  before: EnvironmentStatus,
  now: number,
): number => {
  const since = targets.map(({ observation: { healthySince: told = now } }, index) => {
    const broken = brokenAt(before.targets?.[index], revision);
    return broken === undefined || told > broken ? told : now;
  });
  const known = before.revision === revision ? before.healthySince : undefined;
  return Math.max(...since, ...(known === undefined ? [] : [Date.parse(known)]));
};
