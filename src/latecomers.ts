import type { Action, Outcome } from './model/action.ts';
import type { ObjectKey } from './model/object-key.ts';
import type { PipelineStatus, PromotionRecord } from './model/pipeline-status.ts';

type Seen = Extract<Outcome, { type: 'pull-request-seen' }>;

/** Whether a pull request was opened for a promotion that goes on with another one, or for another revision. */
const isLate = ({ opened, promotion, pullRequest }: Seen, known: PromotionRecord): boolean =>
  opened &&
  (known.pullRequest ? known.pullRequest.number !== pullRequest.number : known.revision !== promotion.revision);

/** What a promotion has gone on with that a pull request was opened too late for; undefined where it is not. */
const insteadOf = (seen: Seen, { environments = {} }: PipelineStatus): string | undefined => {
  const known = environments[seen.promotion.environment]?.promotion;
  if (!known || !isLate(seen, known)) return undefined;
  return known.pullRequest?.url ?? known.revision;
};

/** The pull requests that were opened for promotions which another controller had gone on with by then, by another pull request or revision. */
export const latecomers = (perform: (action: Action) => Promise<Outcome>) => {
  const open = new Map<ObjectKey, readonly Seen[]>();

  /** Why it is still open, if it is. */
  const shut = async (seen: Seen, status: PipelineStatus): Promise<Outcome | undefined> => {
    const instead = insteadOf(seen, status);
    if (instead === undefined) return undefined;
    const { promotion } = seen;
    const comment = `Opened too late: ${promotion.environment} had gone on with ${instead} by then.`;
    const outcome = await perform({ type: 'close-pull-request', promotion, comment });
    return outcome.type === 'failed' || outcome.type === 'turn-pending' ? outcome : undefined;
  };

  return {
    /** Closes those among the outcomes, and what is left of earlier ones; resolves with why some are still open: they are left for the next time. */
    close: async (
      pipeline: ObjectKey,
      outcomes: readonly Outcome[],
      status: PipelineStatus,
    ): Promise<readonly Outcome[]> => {
      const left = new Map<Seen, Outcome>();
      const seen = outcomes.filter((outcome) => outcome.type === 'pull-request-seen');
      for (const one of new Set([...(open.get(pipeline) ?? []), ...seen])) {
        const why = await shut(one, status);
        if (why) left.set(one, why);
      }
      open.delete(pipeline);
      if (left.size > 0) open.set(pipeline, [...left.keys()]);
      return [...left.values()];
    },
    /** Whether some of a Pipeline could not be closed. */
    isLeft: (pipeline: ObjectKey): boolean => open.has(pipeline),
  };
};
