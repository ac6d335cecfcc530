import { inflateSync, type Inflate } from 'node:zlib';

/** Inflates the zlib stream at the beginning of `bytes`, whose result has `size` bytes; undefined when `bytes` end too early. */
export const inflate = (
  bytes: Uint8Array,
  size: number,
): { readonly content: Buffer; readonly length: number } | undefined => {
  try {
    // Room for one byte more than there should be, so that zlib sees the end without asking for more.
    const chunkSize = Math.max(64, size + 1);
    const result: unknown = inflateSync(bytes, { info: true, chunkSize, maxOutputLength: Math.max(1, size) });
    const { buffer, engine } = result as { buffer: Buffer; engine: Inflate };
    if (buffer.length !== size) throw new Error('an object is smaller than it says');
    return { content: buffer, length: engine.bytesWritten };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR') return undefined;
    throw error;
  }
};
