import { readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import { inflate } from './inflate.ts';
import { brokenPack } from './pack-entry.ts';

/** Inflated data of a pack, and the offset at which what follows it begins. */
interface Inflated {
  readonly content: Buffer;
  readonly end: number;
}

/** A pack on disk, read through windows. */
export interface PackFile {
  readonly size: number;
  /** The bytes from `offset` on: at least so many, or all that are left. */
  readonly bytesAt: (offset: number, atLeast: number) => Buffer;
  /** Inflates data whose size is known. */
  readonly inflateAt: (offset: number, size: number) => Inflated;
  /** Inflates data too large for memory, piece by piece; resolves with the offset of its end. */
  readonly inflateLarge: (offset: number, size: number, take: (piece: Buffer) => void) => Promise<number>;
}

const readAt = (fd: number, offset: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, bytes, filled, length - filled, offset + filled);
    if (read === 0) throw brokenPack('it is shorter than it was');
    filled += read;
  }
  return bytes;
};

const window = (fd: number, size: number, width: number) => {
  let bytes: Buffer = Buffer.alloc(0);
  let from = 0;
  return (offset: number, atLeast: number): Buffer => {
    const wanted = Math.min(atLeast, size - offset);
    if (offset < from || offset + wanted > from + bytes.length) {
      bytes = readAt(fd, offset, Math.min(Math.max(wanted, width), size - offset));
      from = offset;
    }
    return bytes.subarray(offset - from);
  };
};

/**
 * A pack in an open file. Two windows: a wide one for who reads from the beginning to the end, a narrow one for who looks
 * something up in between (`lookUp`).
 */
export const openPackFile = (fd: number, size: number, { lookUp = false } = {}): PackFile => {
  const bytesAt = window(fd, size, lookUp ? 16 * 1024 : 1024 * 1024);
  return {
    size,
    bytesAt,
    inflateAt: (offset, expected) => {
      for (let length = Math.min(expected, 4096) + 1024; ; length *= 4) {
        const inflated = inflate(bytesAt(offset, length), expected);
        if (inflated) return { content: inflated.content, end: offset + inflated.length };
        if (offset + length >= size || length > 2 * expected + 65_536) throw brokenPack('an object has no end');
      }
    },
    inflateLarge: async (offset, expected, take) => {
      const engine = createInflate();
      let inflated = 0;
      const source = Readable.from(pieces(fd, offset, size));
      source.on('error', (error) => engine.destroy(error)).pipe(engine);
      for await (const piece of engine as AsyncIterable<Buffer>) {
        inflated += piece.length;
        if (inflated > expected) break;
        take(piece);
      }
      source.destroy();
      if (inflated !== expected) throw brokenPack('an object is not of the size that it says');
      return offset + engine.bytesWritten;
    },
  };
};

function* pieces(fd: number, offset: number, size: number): Generator<Buffer> {
  for (let at = offset; at < size; at += 65_536) yield readAt(fd, at, Math.min(65_536, size - at));
}
