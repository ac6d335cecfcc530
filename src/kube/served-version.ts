import { listOf, recordOf } from '../model/reading.ts';
import { ask, bodyPatience, type Asking } from './ask.ts';
import { BrokenStreamError } from './lines.ts';
import { RefusedError } from './refusal.ts';
import { pathOfGroup, titleOf, type Resource } from './resource.ts';
import { attended } from './watchdog.ts';

const longestAnswer = 1024 * 1024;

/** The API version to use: the best of the resource's versions that the server serves. Throws RefusedError (404) for none. */
export const servedVersion = async (resource: Resource, asking: Asking): Promise<string> => {
  const [best, ...others] = resource.versions;
  if (others.length === 0) return best;
  const response = await ask(asking, pathOfGroup(resource.group));
  const served = new Set(versionsIn(await textFrom(attended(response, bodyPatience, asking.scheduler))));
  const version = resource.versions.find((candidate) => served.has(candidate));
  if (version !== undefined) return version;
  const message = `the server serves none of ${resource.versions.join(', ')} of ${titleOf(resource)}`;
  throw new RefusedError({ code: 404, reason: 'NotFound', message, retryAfter: undefined, tooLarge: false });
};

const versionsIn = (text: string): readonly unknown[] => {
  try {
    return listOf(recordOf(JSON.parse(text))['versions']).map((entry) => recordOf(entry)['version']);
  } catch {
    throw new BrokenStreamError('the API group is not JSON');
  }
};

const textFrom = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > longestAnswer) throw new BrokenStreamError('the answer about the API group is too long');
  }
  return Buffer.concat(parts).toString();
};
