import { servedVersion } from './served-version.ts';
import { streamsLists } from './streams-lists.ts';
import type { Step, Surroundings } from './watch-sight.ts';
import type { Asking } from './watch-state.ts';

/** Asks for what a list needs to know: the API version that is served, and once whether the server streams lists. */
export async function* discover<T>(
  { version, bookmarks, streams: known }: Asking,
  surroundings: Surroundings<T>,
): AsyncGenerator<Step<T>, void, undefined> {
  const served = await servedVersion(surroundings.resource, surroundings);
  const streams = known ?? (await streamsLists(surroundings));
  const begun = { version, bookmarks, streams, served };
  if (streams === true) yield { state: { type: 'streaming', ...begun } };
  else yield { state: { type: 'listing', page: { type: 'first' }, ...begun } };
}
