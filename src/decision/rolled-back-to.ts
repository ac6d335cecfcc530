import type { Observation } from './observe.ts';

/** The version that runs again in a target, where what was attempted there has failed and Flux has rolled it back. */
export const rolledBackTo = ({ state, revision, attempted, remediated }: Observation): string | undefined =>
  state === 'failed' && remediated && attempted !== revision ? revision : undefined;
