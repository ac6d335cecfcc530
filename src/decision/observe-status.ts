import type { TargetStatus } from '../model/pipeline-status.ts';
import type { Observation } from './observe.ts';

/** A target that is not settled says what it is; one out of sight that says nothing was settled when it was last seen. */
const stateOf = ({ ready, state, error }: TargetStatus): Observation['state'] =>
  state ?? (ready || error !== undefined ? 'settled' : 'progressing');

/**
 * What a status keeps of an observation. What was attempted and whether it was taken back is in the promotion's record by then, and when
 * a grace ends is left to whoever looks at the clusters: until then the target is `progressing`. Of their health only the environment's is kept.
 */
export const observeStatus = (told: TargetStatus, healthySince: string | undefined): Observation => {
  const state = stateOf(told);
  return {
    revision: told.revision,
    appVersion: undefined,
    chart: undefined,
    attempted: undefined,
    took: undefined,
    remediated: false,
    state,
    message: told.message ?? '',
    healthySince: state === 'settled' && healthySince !== undefined ? Date.parse(healthySince) : undefined,
    since: undefined,
  };
};
