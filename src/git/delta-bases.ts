import { applyDelta, deltaHead } from './apply-delta.ts';
import type { ObjectType } from './git-object.ts';
import { brokenPack, headBytes, maxEntryHead, readEntry } from './pack-entry.ts';
import type { PackFile } from './pack-file.ts';

/** An object of a pack with its deltas applied. */
export interface Resolved {
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** Objects that deltas are made on: those of late are kept, all others are read once more. */
export interface DeltaBases {
  readonly keep: (offset: number, object: Resolved) => void;
  /** The object at an offset; undefined when it is not known yet what its base is, or when it is too large. */
  readonly at: (offset: number) => Resolved | undefined;
}

const keptBytes = 24 * 1024 * 1024;

/** Objects that are larger are not held in memory. */
export const maxObjectBytes = 32 * 1024 * 1024;

/** git itself makes chains of 50; they may be 4095 long. */
const maxChain = 4095;

/** What a delta makes of its base; undefined when that would be too large. */
export const resolve = (base: Resolved, delta: Buffer): Resolved | undefined =>
  deltaHead(delta).to > maxObjectBytes ? undefined : { type: base.type, content: applyDelta(base.content, delta) };

/** Where the base of a delta begins that names it by its distance. */
export const baseBefore = (offset: number, distance: number): number => {
  if (distance < 1 || offset - distance < headBytes) throw brokenPack('a delta without a base');
  return offset - distance;
};

/** `offsetOf` finds the object that a delta names by its id. */
export const deltaBases = (pack: PackFile, offsetOf: (oid: string) => number | undefined): DeltaBases => {
  const kept = new Map<number, Resolved>();
  let bytes = 0;
  const keep = (offset: number, object: Resolved) => {
    if (kept.has(offset) || object.content.length > keptBytes / 4) return;
    kept.set(offset, object);
    bytes += object.content.length + 100;
    for (const [oldest, { content }] of kept) {
      if (bytes <= keptBytes) break;
      kept.delete(oldest);
      bytes -= content.length + 100;
    }
  };
  const entryAt = (offset: number) => readEntry(pack.bytesAt(offset, maxEntryHead));
  /** The nearest whole or kept object below, and the deltas on it that lead up to `offset`, the last first. */
  const chainTo = (offset: number) => {
    const deltas: { readonly at: number; readonly data: number; readonly size: number }[] = [];
    for (let at: number | undefined = offset; at !== undefined;) {
      const known = kept.get(at);
      if (known) return { base: known, deltas };
      const entry = entryAt(at);
      const data: number = at + entry.length;
      if (entry.size > maxObjectBytes) return undefined;
      if (entry.type === 'whole')
        return { base: { type: entry.of, content: pack.inflateAt(data, entry.size).content }, deltas };
      if (deltas.push({ at, data, size: entry.size }) > maxChain) throw brokenPack('a chain of deltas has no end');
      at = entry.type === 'delta' ? baseBefore(at, entry.before) : offsetOf(entry.oid);
    }
    return undefined;
  };
  return {
    keep,
    at: (offset) => {
      const chain = chainTo(offset);
      if (!chain) return undefined;
      let object: Resolved | undefined = chain.base;
      for (const { at, data, size } of chain.deltas.reverse()) {
        object = object && resolve(object, pack.inflateAt(data, size).content);
        if (object) keep(at, object);
      }
      return object;
    },
  };
};
