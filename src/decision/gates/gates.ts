import type { Judgement } from '../judgement.ts';
import { approval } from './approval.ts';
import type { Candidate, Gate } from './gate.ts';
import { soak } from './soak.ts';
import { strategy } from './strategy.ts';
import { suspended } from './suspended.ts';
import { versions } from './versions.ts';

/** The gates in their fixed order: a person is asked last, when nothing else stands in the way. */
const gates: readonly Gate[] = [suspended, strategy, versions, soak, approval];

/** The first gate's answer that does not let the candidate pass. */
export const passGates = (candidate: Candidate): Judgement | undefined => {
  for (const gate of gates) {
    const judgement = gate(candidate);
    if (judgement) return judgement;
  }
  return undefined;
};
