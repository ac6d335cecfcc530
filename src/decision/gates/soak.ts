import { parseDuration } from '../../model/duration.ts';
import { formatTime } from '../../model/time.ts';
import { hold, wait } from '../judgement.ts';
import type { Gate } from './gate.ts';

/** Every target of the source must have been healthy on the revision for this long. */
export const soak: Gate = ({ promotion, source, revision, now }) => {
  if (promotion.soak === undefined) return undefined;
  const needed = parseDuration(promotion.soak);
  if (needed === undefined)
    return hold('Soaking', `${revision} waits: soak "${promotion.soak}" is no duration; correct it`, revision);
  const since = Math.max(...source.targets.map(({ observation }) => observation.healthySince ?? now));
  const until = since + needed;
  if (now >= until) return undefined;
  const { name } = source.environment;
  const message = `${revision} waits until ${formatTime(until)}: ${name} must have been healthy for ${promotion.soak}, and is since ${formatTime(since)}`;
  return wait('Soaking', message, { revision, until });
};
