/** The bytes of a watch are not what a watch sends. */
export class BrokenStreamError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BrokenStreamError';
  }
}

const newline = 10;

/** The longest line that is taken for an event: over five times what etcd lets an object be. */
export const longestLine = 8 * 1024 * 1024;

/**
 * The lines of a stream of bytes, as they become complete. Throws BrokenStreamError for a line over 8 MiB, and for an end
 * in the middle of one. Looks at each byte once, however small the chunks.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      parts.push(chunk.subarray(from, end));
      yield Buffer.concat(parts).toString();
      parts = [];
      size = 0;
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > longestLine) throw new BrokenStreamError(`a line is longer than ${longestLine} bytes`);
  }
  if (size > 0) throw new BrokenStreamError('the stream ended in the middle of a line');
}
