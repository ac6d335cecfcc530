import { BrokenStreamError } from './broken-stream.ts';
import { gather } from './gather.ts';

const newline = 10;

/** The longest line that is taken for an event: over five times what etcd lets an object be. */
export const longestLine = 8 * 1024 * 1024;

/**
 * What `read` makes of the lines of a stream of bytes, as they become complete. Throws BrokenStreamError for a line over
 * 8 MiB, and for an end in the middle of one. Looks at each byte once, however small the chunks.
 */
export async function* linesOf<T>(
  chunks: AsyncIterable<Buffer>,
  read: (line: string) => T,
): AsyncGenerator<T, void, undefined> {
  const begun = gather(longestLine, 'a line');
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      // A generator keeps what it yields until it is asked again: of the line itself that would be 10 KB for each watch.
      yield read(begun.take(chunk.subarray(from, end)).toString());
      from = end + 1;
    }
    begun.add(chunk.subarray(from));
  }
  if (begun.size() > 0) throw new BrokenStreamError('the stream ended in the middle of a line');
}
