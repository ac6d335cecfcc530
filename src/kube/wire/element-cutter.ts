import { gather } from './gather.ts';
import { longestLine } from './lines.ts';

const quote = 0x22;
const backslash = 0x5c;
const bracket = 0x5b;
const opening: ReadonlySet<number> = new Set([bracket, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Cuts JSON text into the elements of its top level's array and the rest; chunks may end anywhere, also within a character. */
export interface ElementCutter {
  /** The elements that this chunk completes; throws BrokenStreamError when one is over 4 MiB, or all around them. */
  readonly write: (chunk: Buffer) => readonly Buffer[];
  /** The text without the elements: each is replaced by a 0. */
  readonly rest: () => Buffer;
}

/** A cutter for the text of one JSON object. It counts brackets and leaves all else to JSON.parse. */
export const elementCutter = (): ElementCutter => {
  const scan = bracketScanner();
  const rest = gather(longestLine, 'what stands around the objects of the list');
  const element = gather(longestLine, 'an object of the list');
  let depth = 0;
  let inArray = false;

  const write = (chunk: Buffer): readonly Buffer[] => {
    const complete: Buffer[] = [];
    let from = 0;
    scan(chunk, (at, opens) => {
      if (!opens) depth -= 1;
      if (opens && depth === 1) inArray = chunk[at] === bracket;
      if (inArray && depth === 2) {
        if (opens) {
          rest.add(chunk.subarray(from, at));
          rest.add(zero);
          from = at;
        } else {
          complete.push(element.take(chunk.subarray(from, at + 1)));
          from = at + 1;
        }
      }
      if (opens) depth += 1;
    });
    (inArray && depth > 2 ? element : rest).add(chunk.subarray(from));
    return complete;
  };

  return { write, rest: () => rest.take(none) };
};

const zero = Buffer.from('0');
const none = Buffer.alloc(0);

/** Finds the brackets of JSON text that are not part of a string. UTF-8 holds no ASCII byte within another character. */
const bracketScanner = () => {
  let inString = false;
  let escaped = false;
  return (chunk: Buffer, found: (at: number, opens: boolean) => void): void => {
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = true;
      else if (opening.has(byte)) found(at, true);
      else if (closing.has(byte)) found(at, false);
    }
  };
};
