import { isDeepStrictEqual } from 'node:util';
import { recordOf } from '../../model/reading.ts';

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The JSON merge patch that takes out of `actual` what `wanted` does not say; undefined when there is nothing. Server-side
 * apply removes only fields that its own manager has set: what an earlier controller wrote would otherwise stay for ever.
 */
export const leftovers = (actual: unknown, wanted: unknown): Readonly<Record<string, unknown>> | undefined => {
  const said = recordOf(wanted);
  const patch = Object.entries(recordOf(actual)).flatMap(([key, value]): [string, unknown][] => {
    const own = said[key];
    if (own === undefined) return [[key, null]];
    if (!isRecord(value) || !isRecord(own)) return isDeepStrictEqual(value, own) ? [] : [[key, own]];
    const inner = leftovers(value, own);
    return inner ? [[key, inner]] : [];
  });
  return patch.length > 0 ? Object.fromEntries(patch) : undefined;
};
