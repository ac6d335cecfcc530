import type { Outcome, Promotion } from '../model/action.ts';
import type {
  EnvironmentStatus,
  PipelineStatus,
  PromotionRecord,
  PullRequestStatus,
} from '../model/pipeline-status.ts';
import { formatTime } from '../model/time.ts';

/** How many ended promotions an environment remembers. */
const historyLimit = 10;

const states = { open: 'Open', merged: 'Merged', closed: 'Closed' } as const satisfies Record<
  PullRequestStatus['state'],
  string
>;

/** The record of a promotion that starts now. */
export const begin = (revision: string, from: string, now: number): PromotionRecord => ({
  revision,
  from,
  state: 'Opening',
  startedAt: formatTime(now),
});

/** The environment's memory with its current promotion ended in a state; the history is newest first and bounded. */
export const end = (memory: EnvironmentStatus, state: PromotionRecord['state'], now: number): EnvironmentStatus => {
  const { promotion, history = [] } = memory;
  if (!promotion) return memory;
  const { revision, from, startedAt } = promotion;
  const entry = { revision, from, state, startedAt, finishedAt: formatTime(now) };
  return { ...memory, promotion: { ...promotion, state }, history: [entry, ...history].slice(0, historyLimit) };
};

const withoutFailure = ({
  revision,
  from,
  state,
  startedAt,
  lastAttemptedTime,
  pullRequest,
}: PromotionRecord): PromotionRecord => ({
  revision,
  from,
  state,
  startedAt,
  ...(lastAttemptedTime === undefined ? {} : { lastAttemptedTime }),
  ...(pullRequest === undefined ? {} : { pullRequest }),
});

const afterOutcome = (
  memory: EnvironmentStatus,
  record: PromotionRecord,
  outcome: Outcome,
  now: number,
): EnvironmentStatus => {
  switch (outcome.type) {
    case 'pull-request-seen': {
      const { pullRequest } = outcome;
      const seen = {
        ...memory,
        promotion: { ...withoutFailure(record), pullRequest, state: states[pullRequest.state] },
      };
      return pullRequest.state === 'closed' && record.state !== 'Closed' ? end(seen, 'Closed', now) : seen;
    }
    case 'nothing-to-change':
      return { ...memory, promotion: { ...withoutFailure(record), state: 'Merged' } };
    case 'failed': {
      const { reason, message, remedy } = outcome.failure;
      if (outcome.action.type !== 'open-pull-request') return { ...memory, promotion: { ...record, reason, message } };
      const state = remedy === 'give-up' ? 'Failed' : record.state;
      const attempts = (record.attempts ?? 0) + 1;
      return {
        ...memory,
        promotion: { ...record, state, reason, message, attempts, lastAttemptedTime: formatTime(now) },
      };
    }
    case 'status-written':
    case 'status-conflict':
    case 'announced':
      return memory;
  }
};

/** The promotion that an outcome is about, if it is about one. */
export const promotionIn = (outcome: Outcome): Promotion | undefined => {
  if ('promotion' in outcome) return outcome.promotion;
  return outcome.type === 'failed' && 'promotion' in outcome.action ? outcome.action.promotion : undefined;
};

/** The status with what became of an action written into the record of its promotion; an outcome about another revision changes nothing. */
export const record = (status: PipelineStatus, outcome: Outcome, now: number): PipelineStatus => {
  const promotion = promotionIn(outcome);
  if (!promotion) return status;
  const memory = status.environments?.[promotion.environment];
  if (!memory?.promotion || memory.promotion.revision !== promotion.revision) return status;
  const next = afterOutcome(memory, memory.promotion, outcome, now);
  return { ...status, environments: { ...status.environments, [promotion.environment]: next } };
};
