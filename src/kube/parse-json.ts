import { BrokenStreamError } from './broken-stream.ts';

/** JSON shorter than this is parsed unseen: it holds no more values than take some 20 ms. */
const harmless = 512 * 1024;

/** Many more than fit into an object that etcd would take; 8 MiB of `{},` would hold the event loop for most of a second. */
const mostValues = 150_000;

/** Parses JSON; throws BrokenStreamError, saying that `what` is not JSON, or that it has so many values that nobody else would have a turn. */
export const parseJson = (json: string, what: string): unknown => {
  if (json.length > harmless && hasTooMany(json))
    throw new BrokenStreamError(`${what} has more than ${mostValues} values`);
  try {
    return JSON.parse(json);
  } catch {
    throw new BrokenStreamError(`${what} is not JSON`);
  }
};

const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;
const opensArray = 0x5b;
const opensObject = 0x7b;

/** Counts what begins a value outside of strings: commas, and the brackets around values. */
const hasTooMany = (json: string): boolean => {
  let values = 0;
  for (let at = 0; at < json.length && values <= mostValues; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) at = endOfString(json, at);
    else if (code === comma || code === opensArray || code === opensObject) values += 1;
  }
  return values > mostValues;
};

/** Where the string ends that begins at `start`. */
const endOfString = (json: string, start: number): number => {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end;
};

const isEscaped = (json: string, at: number): boolean => {
  let before = at - 1;
  while (json.charCodeAt(before) === backslash) before -= 1;
  return (at - before) % 2 === 0;
};
