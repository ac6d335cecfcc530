import { listOf, recordOf } from '../../model/reading.ts';
import type { Asking } from '../wire/ask.ts';
import { askJson } from '../wire/ask-json.ts';
import { RefusedError } from '../wire/refusal.ts';
import { pathOfGroup, titleOf, type Resource } from './resource.ts';

/** The API version to use: the best of the resource's versions that the server serves. Throws RefusedError (404) for none. */
export const servedVersion = async (resource: Resource, asking: Asking): Promise<string> => {
  const [best, ...others] = resource.versions;
  if (others.length === 0) return best;
  const group = recordOf(await askJson(asking, pathOfGroup(resource.group)));
  const served = new Set(listOf(group['versions']).map((entry) => recordOf(entry)['version']));
  const version = resource.versions.find((candidate) => served.has(candidate));
  if (version !== undefined) return version;
  const message = `the server serves none of ${resource.versions.join(', ')} of ${titleOf(resource)}`;
  throw new RefusedError({ code: 404, reason: 'NotFound', message, retryAfter: undefined, tooLarge: false });
};
