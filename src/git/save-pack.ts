import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { FailureError } from '../model/failure.ts';
import { headBytes } from './pack-entry.ts';
import { objectsIn } from './read-pack.ts';

/** How much of a repository is taken at most. */
export interface CloneLimits {
  /** Bytes of a pack. */
  readonly packBytes: number;
  readonly objects: number;
}

const tooLarge = (what: string) =>
  new FailureError({
    remedy: 'give-up',
    reason: 'RepositoryTooLarge',
    message: `The repository is too large: ${what}. Promote in a smaller one, or raise --cache-size`,
  });

const hashBytes = 20;

/** Writes a pack into a file, within limits: the file's size, once everything is in it; undefined when more objects are announced than are `welcome`. */
export const savePack = async (
  chunks: AsyncIterable<Buffer>,
  fd: number,
  { packBytes, objects }: CloneLimits,
  welcome: number,
): Promise<number | undefined> => {
  const hash = createHash('sha1');
  let head: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of chunks) {
    if (head.length < headBytes) {
      head = Buffer.concat([head, chunk]).subarray(0, headBytes);
      const count = head.length < headBytes ? 0 : objectsIn(head);
      if (count > welcome) return undefined;
      if (count > objects) throw tooLarge(`it holds ${count} files and folders, and ${objects} are read at most`);
    }
    size += chunk.length;
    if (size > packBytes) throw tooLarge(`more than ${Math.floor(packBytes / 1024 ** 2)} MiB of it arrived`);
    for (let written = 0; written < chunk.length;) written += writeSync(fd, chunk, written);
    const both = Buffer.concat([tail, chunk]);
    hash.update(both.subarray(0, -hashBytes));
    tail = both.subarray(-hashBytes);
  }
  if (!hash.digest().equals(tail)) throw new Error('the pack is not what was sent');
  return size;
};
