import { BrokenStreamError } from './broken-stream.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

/** JSON shorter than this is parsed unseen: it holds no more values than take some 20 ms. */
const harmless = 256 * 1024;

/**
 * As many as hold the event loop for 50 ms at the worst, which is when each has a key of its own, in 4 MiB. HelmReleases have a
 * value for each 21 bytes: one of 800 KB has as many.
 */
const mostValues = 40_000;

/**
 * Parses the JSON of objects, without the `managedFields` of long ones; throws BrokenStreamError, saying that `what` is not JSON, or
 * that it has so many values that nobody else would have a turn.
 */
export const parseJson = (json: string, what: string): unknown => {
  const parsed = json.length > harmless ? bounded(withoutManagedFields(json), what) : json;
  try {
    return JSON.parse(parsed);
  } catch {
    throw new BrokenStreamError(`${what} is not JSON`);
  }
};

const bounded = (json: string, what: string): string => {
  if (hasTooMany(json)) throw new BrokenStreamError(`${what} has more than ${mostValues} values`);
  return json;
};

const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;
const opensArray = 0x5b;
const opensObject = 0x7b;

/** Counts what begins a value outside of strings: commas, and the brackets around values. */
const hasTooMany = (json: string): boolean => {
  let values = 0;
  let inString = false;
  for (let at = 0; at < json.length && values <= mostValues; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) inString = !inString;
    else if (inString) at += code === backslash ? 1 : 0;
    else if (code === comma || code === opensArray || code === opensObject) values += 1;
  }
  return values > mostValues;
};
