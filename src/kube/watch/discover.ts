import { servedVersion } from './served-version.ts';
import { streamsLists } from './streams-lists.ts';
import type { See, Surroundings } from './watch-sight.ts';
import type { Asking } from './watch-state.ts';

/** Asks for what a list needs to know: the API version that is served, and once whether the server streams lists. */
export const discover = async <T>(
  { version, bookmarks, streams: known }: Asking,
  surroundings: Surroundings<T>,
  see: See<T>,
): Promise<void> => {
  const served = await servedVersion(surroundings.resource, surroundings);
  const streams = known ?? (await streamsLists(surroundings));
  const begun = { version, bookmarks, streams, served };
  if (streams === true) see({ state: { type: 'streaming', ...begun } });
  else see({ state: { type: 'listing', page: { type: 'first' }, ...begun } });
};
