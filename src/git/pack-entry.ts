import type { ObjectType } from './git-object.ts';

/** What stands before the data of an object in a pack; `size` is of the inflated data, `length` of the head itself. */
export type PackEntry =
  | { readonly type: 'whole'; readonly of: ObjectType; readonly size: number; readonly length: number }
  /** A delta on the object that begins so many bytes `before` it, or on one named by its id. */
  | { readonly type: 'delta'; readonly before: number; readonly size: number; readonly length: number }
  | { readonly type: 'delta-on'; readonly oid: string; readonly size: number; readonly length: number };

/** How many bytes a pack begins with before its first object. */
export const headBytes = 12;

export const brokenPack = (what: string) => new Error(`the pack is broken: ${what}`);

const types: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];

/** The longest that a head is: ten bytes of type and size, twenty of an object id. */
export const maxEntryHead = 30;

/** A distance is written seven bits a byte, the highest first, and each byte but the first stands for one more. */
const distanceAt = (bytes: Buffer, start: number): readonly [distance: number, end: number] => {
  let at = start;
  let distance = (bytes[at] ?? 0) & 127;
  while ((bytes[at] ?? 0) & 128) {
    at += 1;
    distance = (distance + 1) * 128 + ((bytes[at] ?? 0) & 127);
    if (distance > Number.MAX_SAFE_INTEGER || at > start + 8) throw brokenPack('a delta without a base');
  }
  return [distance, at + 1];
};

/** Reads the head at the beginning of `bytes` (gitformat-pack). */
export const readEntry = (bytes: Buffer): PackEntry => {
  const first = bytes[0] ?? 0;
  let size = first & 15;
  let at = 1;
  for (let factor = 16; (bytes[at - 1] ?? 0) & 128; at += 1, factor *= 128) {
    if (at > 9) throw brokenPack('an object of impossible size');
    size += ((bytes[at] ?? 0) & 127) * factor;
  }
  const number = (first >> 4) & 7;
  const of = types[number];
  if (of !== undefined) return { type: 'whole', of, size, length: at };
  if (number === 7) return { type: 'delta-on', oid: bytes.toString('hex', at, at + 20), size, length: at + 20 };
  if (number !== 6) throw brokenPack(`an object of type ${number}`);
  const [before, length] = distanceAt(bytes, at);
  return { type: 'delta', before, size, length };
};
