import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';
import { goesOn } from '../record.ts';
import { annotateCommand, requestsFor } from '../requests.ts';

/** A manual promotion waits for a person; the approval counts for exactly the revision that it names, and is kept while the promotion that it began goes on. */
export const approval: Step = ({ pipeline, source, destination, promotion, memory, revision, healthySince }) => {
  const { name } = destination.environment;
  const { approve, approvedBy } = requestsFor(pipeline, name);
  const manual = promotion.manual === true;
  const kept = goesOn(memory.promotion, revision) ? memory.promotion.approval : undefined;
  if (!manual || kept) return pass('Approved', { revision, manual, by: kept?.by });
  if (approve === revision) return pass('Approved', { revision, manual, by: approvedBy });
  const command = annotateCommand(pipeline, 'approve', name, revision);
  const facts = { revision, source: source.environment.name, since: healthySince, approved: approve, command };
  return judgement('ApprovalRequired', facts, { revision });
};
