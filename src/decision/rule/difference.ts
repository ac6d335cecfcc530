import type { PromotionState } from '../../model/pipeline-status.ts';
import { handsOver } from '../handover.ts';
import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';
import { goesOn } from '../record.ts';
import { running } from '../survey.ts';
import { stillOpen } from './still-open.ts';

/** The states of a promotion in which it is not over for the destination, although that may run the revision already. */
const underWay: ReadonlySet<PromotionState> = new Set(['Opening', 'Notified', 'Merged', 'Failed']);

/** Nothing is due where all targets of the destination run the revision, unless its promotion is still to be brought to an end. */
export const difference: Step = (candidate) => {
  const { source, destination, promotion, memory, revision } = candidate;
  const record = memory.promotion?.revision === revision ? memory.promotion : undefined;
  const isOver = !record || !underWay.has(record.state);
  // What is there already is not handed over any more.
  if (destination.revision === revision && (isOver || (handsOver(promotion) && goesOn(record, revision))))
    return (
      stillOpen(candidate) ?? judgement('UpToDate', { revision, source: source.environment.name, took: record?.took })
    );
  return pass('DestinationDiffers', { environment: destination.environment.name, running: running(destination) });
};
