import type { Check } from '../model/action.ts';
import { parseDuration } from '../model/duration.ts';
import type { PromotionRecord } from '../model/pipeline-status.ts';
import { formatTime } from '../model/time.ts';
import { gates } from './gates/gates.ts';
import type { Judgement } from './judgement.ts';
import type { Pair } from './pair.ts';
import { direction } from './rule/direction.ts';
import { evidence } from './rule/evidence.ts';
import { source } from './rule/source.ts';
import { titleOf } from './survey.ts';
import { windowState } from './windows.ts';

const pending = ({ reason, message }: Judgement): Check => ({ state: 'pending', reason, description: message });

/** What is not settled on the revision: unhealthy, or on its way to another one. */
const unsettled = (pair: Pair, revision: string): Check => {
  const { targets, environment, settledOn } = pair.source;
  const ill = targets.find(({ observation }) => observation.state === 'failed' || observation.state === 'missing');
  if (ill)
    return {
      state: 'failure',
      reason: 'SourceUnhealthy',
      description: `${environment.name} is not healthy: ${titleOf(ill)}: ${ill.observation.message}`,
    };
  const judged = source(pair);
  if (judged.type !== 'pass') return pending(judged);
  const description = `${environment.name} runs ${settledOn ?? 'something else'}, and no longer ${revision}`;
  return { state: 'pending', reason: 'SourceMovedOn', description };
};

/** When the windows open or close, if that is known. */
const windowEnd = ({ promotion: { windows = [] }, now }: Pair): number => {
  const state = windows.length > 0 ? windowState(windows, now) : undefined;
  return state === undefined || state.type === 'invalid' ? Infinity : (state.until ?? Infinity);
};

const soakEnd = ({ promotion: { soak = '' }, source: { healthySince = Infinity }, now }: Pair): number => {
  const until = healthySince + (parseDuration(soak) ?? Infinity);
  return until > now ? until : Infinity;
};

/** When what the commit status of an open promotion says may change by itself, milliseconds: where a window opens or closes, and at the end of a soak. */
export const checkChangesAt = (pair: Pair, record?: PromotionRecord): number =>
  record?.state === 'Open' ? Math.min(windowEnd(pair), soakEnd(pair)) : Infinity;

/**
 * Whether what a promotion was opened on still holds, as its commit status says it: success while it does, failure when the source has
 * become unhealthy, pending while a gate is closed, something cannot be seen, or the destination runs a newer version. Undefined while a cluster is only just out of sight.
 * A person's approval was given before it was opened, and is not asked for again.
 */
export const checkOf = (pair: Pair, { revision }: Pick<PromotionRecord, 'revision'>): Check | undefined => {
  const seen = evidence(pair);
  if (seen.type === 'blink') return undefined;
  if (seen.type !== 'pass') return pending(seen);
  const { settledOn, healthySince = pair.now, environment } = pair.source;
  if (settledOn !== revision) return unsettled(pair, revision);
  for (const [name, step] of [['direction', direction] as const, ...gates]) {
    const judged = name === 'approval' ? undefined : step({ ...pair, revision, healthySince });
    if (judged && judged.type !== 'pass') return pending(judged);
  }
  const since = formatTime(healthySince);
  return {
    state: 'success',
    reason: 'EvidenceHolds',
    description: `${environment.name} is healthy on ${revision} since ${since}`,
  };
};
