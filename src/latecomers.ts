import { goesOn } from './decision/record.ts';
import type { Action, Outcome } from './model/action.ts';
import type { ObjectKey } from './model/object-key.ts';
import type { PipelineStatus } from './model/pipeline-status.ts';

type Seen = Extract<Outcome, { type: 'pull-request-seen' }>;

/** What is known of a pull request that was opened: `instead` is what its environment has gone on with that it was opened too late for. */
const fateOf = (
  { promotion: { environment }, pullRequest }: Seen,
  { environments = {} }: PipelineStatus,
): { readonly type: 'awaited' | 'settled' } | { readonly type: 'late'; readonly instead: string } => {
  const known = environments[environment]?.promotion;
  if (!known || known.pullRequest?.url === pullRequest.url) return { type: 'settled' };
  // Whoever opens that one finds this, or closes it as superseded.
  if (!known.pullRequest && goesOn(known, known.revision)) return { type: 'awaited' };
  return { type: 'late', instead: known.pullRequest?.url ?? known.revision };
};

const withdrawing = ({ promotion, pullRequest: { number } }: Seen, instead: string): Action => ({
  type: 'withdraw-pull-request',
  promotion,
  number,
  comment: `Opened too late: ${promotion.environment} had gone on with ${instead} by then.`,
});

/** Of a Pipeline that is no more nobody closes anything. */
const staysOpen = (seen: Seen): Outcome => ({
  type: 'failed',
  action: withdrawing(seen, 'nothing'),
  failure: {
    remedy: 'give-up',
    reason: 'PipelineDeleted',
    message: `${seen.pullRequest.url} stays open: its Pipeline was deleted before its status could tell of it; merge or close it`,
  },
});

/** Whether one that was to be closed is still open, and may yet be closed. */
export const isTriedAgain = (outcome: Outcome): boolean =>
  outcome.type === 'turn-pending' || (outcome.type === 'failed' && outcome.failure.remedy !== 'give-up');

/**
 * The pull requests that were opened, until a status knows of them: for some it is too late, since another controller had gone on with the
 * promotion by then, by another pull request or revision, or had ended it.
 */
export const latecomers = (perform: (action: Action) => Promise<Outcome>) => {
  const opened = new Map<ObjectKey, ReadonlySet<Seen>>();

  return {
    /** Takes in what was opened. */
    remember: (pipeline: ObjectKey, outcomes: readonly Outcome[]): void => {
      const seen = outcomes.filter((outcome) => outcome.type === 'pull-request-seen').filter((one) => one.opened);
      if (seen.length > 0) opened.set(pipeline, new Set([...(opened.get(pipeline) ?? []), ...seen]));
    },
    /** Closes those that a status tells to be too late; resolves with what came of it. What could not be closed is left for the next time, unless nothing but a person can mend that. */
    close: async (pipeline: ObjectKey, status: PipelineStatus): Promise<readonly Outcome[]> => {
      const left = new Set<Seen>();
      const outcomes: Outcome[] = [];
      for (const one of opened.get(pipeline) ?? []) {
        const fate = fateOf(one, status);
        const outcome = fate.type === 'late' ? await perform(withdrawing(one, fate.instead)) : undefined;
        if (outcome) outcomes.push(outcome);
        if (fate.type === 'awaited' || (outcome && isTriedAgain(outcome))) left.add(one);
      }
      opened.delete(pipeline);
      if (left.size > 0) opened.set(pipeline, left);
      return outcomes;
    },
    /** Answers what stays open of a Pipeline that is no more, and remembers nothing of it. */
    forget: (pipeline: ObjectKey): readonly Outcome[] => {
      const left = [...(opened.get(pipeline) ?? [])];
      opened.delete(pipeline);
      return left.map(staysOpen);
    },
  };
};
