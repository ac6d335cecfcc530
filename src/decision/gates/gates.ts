import type { Step } from '../pair.ts';
import { approval } from './approval.ts';
import { soak } from './soak.ts';
import { strategy } from './strategy.ts';
import { suspended } from './suspended.ts';
import { versions } from './versions.ts';
import { windows } from './windows.ts';

/** The gates by name, in their fixed order: a person is asked last, when nothing else stands in the way. */
export const gates: readonly (readonly [name: string, gate: Step])[] = [
  ['suspended', suspended],
  ['strategy', strategy],
  ['versions', versions],
  ['soak', soak],
  ['windows', windows],
  ['approval', approval],
];
