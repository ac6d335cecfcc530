import { ask, bodyPatience } from '../wire/ask.ts';
import { RefusedError } from '../wire/refusal.ts';
import { pathOf, queryOf } from './resource.ts';
import { attended } from '../wire/attended.ts';
import type { Surroundings } from './watch-sight.ts';

/** A server that heeds the limit sends one object; what it sends beyond this is not waited for. */
const enough = 1024 * 1024;

/**
 * Throws what a server says of a version from a future that it does not have, as after a restore of etcd: it answers a watch
 * from there with silence, and a list with a refusal. A list of one object will do, which costs next to nothing.
 * Whatever else is wrong, the next watch tells.
 */
export const refuseFuture = async <T>(
  surroundings: Surroundings<T>,
  served: string,
  resourceVersion: string,
): Promise<void> => {
  const { resource, scheduler } = surroundings;
  // Without the match, a limit makes it a list of exactly that version, which may have been compacted.
  const query = { limit: '1', resourceVersion, resourceVersionMatch: 'NotOlderThan' };
  try {
    const response = await ask(surroundings, `${pathOf(resource, served)}?${queryOf(resource, query)}`);
    let read = 0;
    for await (const chunk of attended(response, bodyPatience, scheduler)) {
      read += chunk.length;
      if (read > enough) break;
    }
  } catch (error) {
    if (!(error instanceof RefusedError) || error.refusal.tooLarge) throw error;
  }
};
