import type { EnvironmentStatus, PromotionRecord } from '../model/pipeline-status.ts';
import { formatTime } from '../model/time.ts';
import { settledFirst } from './arrived.ts';
import type { Pair } from './pair.ts';
import { begin, end, goesOn, wasGivenUp } from './record.ts';
import { withoutDelay } from './promotion-record.ts';
import { withRepository } from './repository.ts';
import { requestsFor } from './requests.ts';

/** What a promotion that is replaced ends as: an open one is superseded, a merged or failed one is history, and so is one that is told again. */
const replaced = (memory: EnvironmentStatus, revision: string, now: number): EnvironmentStatus => {
  switch (memory.promotion?.state) {
    case 'Opening':
    case 'Open':
      return end(memory, 'Superseded', now);
    case 'Notified':
      return end(memory, memory.promotion.revision === revision ? 'Notified' : 'Superseded', now);
    case 'Merged':
      return end(memory, 'Merged', now);
    case 'Failed': {
      const { reason } = memory.promotion;
      return end(memory, 'Failed', now, reason === undefined ? {} : { reason });
    }
    case 'Closed':
    case 'Superseded':
    case 'Succeeded':
    case undefined:
      return memory;
  }
};

/** The number of a promotion that begins: one more than of any that was made, or the same as of one that was given up. */
const countOf = ({ promotion, history = [] }: EnvironmentStatus, revision: string): number => {
  const known = [...(promotion ? [promotion] : []), ...history].filter((entry) => entry.revision === revision);
  return Math.max(0, ...known.map((entry) => (entry.retry ?? 0) + (wasGivenUp(entry) ? 0 : 1)));
};

/** When the first environment had settled on the revision: it is the source, or the promotion into the source knows it. */
const firstSettledAt = ({ pipeline, source }: Pair, revision: string): Pick<PromotionRecord, 'firstSettledAt'> => {
  const { name } = source.environment;
  const first = pipeline.spec.environments[0]?.name === name;
  const { promotion } = pipeline.status.environments?.[name] ?? {};
  const since = source.healthySince === undefined ? undefined : formatTime(source.healthySince);
  const carried = promotion?.revision === revision ? promotion.firstSettledAt : undefined;
  const at = first ? (settledFirst(pipeline, revision) ?? since) : carried;
  return at === undefined ? {} : { firstSettledAt: at };
};

/** The record to begin with: one that was never made goes on, and what a person asks for anew gets a branch of its own. */
const opening = (pair: Pair, revision: string): PromotionRecord => {
  const { memory, source, now } = pair;
  const { promotion } = memory;
  if (goesOn(promotion, revision))
    return promotion.state === 'Opening' ? promotion : { ...withoutDelay(promotion), state: 'Opening' };
  const fresh = { ...begin(revision, source.environment.name, now), ...firstSettledAt(pair, revision) };
  const count = countOf(memory, revision);
  return count === 0 ? fresh : { ...fresh, retry: count };
};

/** What is remembered once the promotion of a revision is due: its record is Opening, and holds the approval that it needed. */
export const start = (pair: Pair, revision: string): EnvironmentStatus => {
  const { pipeline, destination, memory, promotion, now } = pair;
  const record = withRepository(opening(pair, revision), promotion);
  const before = memory.promotion && memory.promotion.revision === revision && record.retry === memory.promotion.retry;
  const { approvedBy } = requestsFor(pipeline, destination.environment.name);
  // Nothing comes here without the approval that it needs: kept in the record, or on the Pipeline.
  const approved = promotion.manual === true && !record.approval;
  const by = approvedBy === undefined ? {} : { by: approvedBy };
  return {
    ...(before ? memory : replaced(memory, revision, now)),
    promotion: approved ? { ...record, approval: { at: formatTime(now), ...by } } : record,
  };
};
