import type { Outcome, Promotion, PromotionIdentity } from '../model/action.ts';
import type {
  EnvironmentStatus,
  PipelineStatus,
  PromotionHistoryEntry,
  PromotionRecord,
  PullRequestStatus,
} from '../model/pipeline-status.ts';
import { retryOf } from '../model/retry-branch.ts';
import { formatTime } from '../model/time.ts';
import { afterFailure } from './after-failure.ts';
import { isOutdated } from './outdated.ts';
import { answered, withCheck, withoutFailure, withoutPullRequest, withoutRepository } from './promotion-record.ts';
import { repositoryOf } from './repository.ts';
import { spanOf } from './span-of.ts';

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

/** Whether a promotion has Failed in its destination, so that it was made. */
const failedThere = ({ reason }: Pick<PromotionRecord, 'reason'>): boolean =>
  reason === 'DestinationFailed' || reason === 'RolledBack';

/** Whether a promotion was given up before it was made. */
export const wasGivenUp = ({
  state,
  reason,
  pullRequest,
}: Pick<PromotionRecord, 'state' | 'reason' | 'pullRequest'>): boolean =>
  state === 'Failed' && !pullRequest && !failedThere({ reason });

/** Whether a promotion of the revision goes on as it was begun: it is Opening, or was given up before it was made. */
export const goesOn = (promotion: PromotionRecord | undefined, revision: string): promotion is PromotionRecord =>
  promotion?.revision === revision && (promotion.state === 'Opening' || wasGivenUp(promotion));

const remember = (memory: EnvironmentStatus, entry: PromotionHistoryEntry): EnvironmentStatus => ({
  ...memory,
  history: [entry, ...(memory.history ?? [])].slice(0, historyLimit),
});

/** The environment's memory with its current promotion ended in a state; the history is newest first and bounded. */
export const end = (
  memory: EnvironmentStatus,
  state: PromotionRecord['state'],
  now: number,
  why: Pick<PromotionRecord, 'reason'> = {},
): EnvironmentStatus => {
  const { promotion } = memory;
  if (!promotion) return memory;
  const { revision, from, startedAt, retry } = promotion;
  const took = state === 'Succeeded' ? { took: spanOf(Date.parse(startedAt), now) } : {};
  const ended = { state, ...why, finishedAt: formatTime(now), ...took };
  return remember(
    { ...memory, promotion: { ...withoutRepository(promotion), ...ended } },
    { revision, from, startedAt, ...(retry === undefined ? {} : { retry }), ...ended },
  );
};

const rejected = { reason: 'Rejected' } as const;

/** The memory with a revision rejected that nothing has come of: what is under way for another one goes on. */
export const reject = (memory: EnvironmentStatus, revision: string, from: string, now: number): EnvironmentStatus => {
  const { promotion } = memory;
  if (promotion?.revision === revision)
    return end({ ...memory, promotion: withoutFailure(promotion) }, 'Closed', now, rejected);
  const time = formatTime(now);
  return remember(memory, { revision, from, state: 'Closed', ...rejected, startedAt: time, finishedAt: time });
};

/** One that was asked for anew before the memory was lost is known by its branch. */
const attemptOf = (pullRequest: PullRequestStatus | undefined): Pick<PromotionRecord, 'retry'> => {
  const retry = pullRequest && retryOf(pullRequest.branch);
  return retry === undefined ? {} : { retry };
};

/** What is known of the pull request now, with the commit status that was written on it. */
const seen = (
  memory: EnvironmentStatus,
  record: PromotionRecord,
  { pullRequest, promotion: { strategy } }: Extract<Outcome, { type: 'pull-request-seen' }>,
  now: number,
): EnvironmentStatus => {
  const { check } = record.pullRequest ?? {};
  const promotion = {
    ...answered(record),
    ...attemptOf(pullRequest),
    ...(pullRequest.state === 'open' ? { repository: repositoryOf(strategy) } : {}),
    pullRequest: { ...pullRequest, ...(check ? { check } : {}) },
    state: states[pullRequest.state],
  };
  return pullRequest.state === 'closed' ? end({ ...memory, promotion }, 'Closed', now) : { ...memory, promotion };
};

/** The memory once it is known that the promotion was made before, and lost from it: that is history again, and nothing is under way. */
const madeBefore = (
  memory: EnvironmentStatus,
  record: PromotionRecord,
  { pullRequest }: Extract<Outcome, { type: 'promoted-before' }>,
  now: number,
): EnvironmentStatus => {
  const promotion = { ...answered(record), ...attemptOf(pullRequest) };
  const ended = { ...end({ ...memory, promotion }, 'Merged', now) };
  delete ended.promotion;
  return ended;
};

/** The record of a promotion that others at a host are before; what an attempt has told that failed says more. */
const queued = (record: PromotionRecord, host: string): PromotionRecord =>
  record.state === 'Opening' && record.attempts === undefined
    ? { ...record, message: `other promotions are at ${host}` }
    : record;

const afterOutcome = (
  memory: EnvironmentStatus,
  record: PromotionRecord,
  outcome: Outcome,
  now: number,
): EnvironmentStatus => {
  switch (outcome.type) {
    case 'pull-request-seen':
      return seen(memory, record, outcome, now);
    case 'pull-request-left':
      return { ...memory, promotion: withoutPullRequest(record) };
    case 'check-set':
      return { ...memory, promotion: withCheck(record, outcome) };
    case 'turn-pending':
      return { ...memory, promotion: queued(record, outcome.host) };
    case 'handed-over':
      return record.state === 'Opening' ? { ...memory, promotion: { ...answered(record), state: 'Notified' } } : memory;
    case 'nothing-to-change': {
      const { pullRequest } = outcome;
      const merged = { ...answered(record), ...(pullRequest ? { pullRequest } : {}), state: 'Merged' as const };
      return { ...memory, promotion: merged };
    }
    case 'promoted-before':
      return record.state === 'Opening' ? madeBefore(memory, record, outcome, now) : memory;
    case 'promotion-closed': {
      const pullRequest = outcome.pullRequest ?? record.pullRequest;
      const promotion = { ...answered(record), ...attemptOf(pullRequest), ...(pullRequest ? { pullRequest } : {}) };
      return end({ ...memory, promotion }, 'Closed', now, rejected);
    }
    case 'failed':
      return { ...memory, promotion: afterFailure(record, outcome, now) };
    case 'handover-pending':
    case 'pull-request-withdrawn':
    case 'status-written':
    case 'status-conflict':
    case 'annotation-removed':
    case 'announced':
      return memory;
  }
};

/** The promotion that an outcome is about, if it is about one. */
export const promotionIn = (outcome: Outcome): PromotionIdentity | Promotion | undefined => {
  if ('promotion' in outcome) return outcome.promotion;
  return outcome.type === 'failed' && 'promotion' in outcome.action ? outcome.action.promotion : undefined;
};

/** The status with what became of an action written into the record of its promotion; an outcome about another revision, or an outdated one, changes nothing. */
export const record = (status: PipelineStatus, outcome: Outcome, now: number): PipelineStatus => {
  const promotion = promotionIn(outcome);
  if (!promotion) return status;
  const memory = status.environments?.[promotion.environment];
  if (!memory?.promotion || memory.promotion.revision !== promotion.revision) return status;
  if (isOutdated(outcome, promotion, memory.promotion)) return status;
  const next = afterOutcome(memory, memory.promotion, outcome, now);
  return { ...status, environments: { ...status.environments, [promotion.environment]: next } };
};
