import { gather } from './gather.ts';

const newline = 10;

/**
 * The longest line that is taken for an event. An API server takes no object over 3 MiB, and etcd none over half of that;
 * to parse twice as much would hold the event loop for over 50 ms.
 */
export const longestLine = 4 * 1024 * 1024;

/** Cuts a stream of bytes into lines; chunks may end anywhere. */
export interface LineCutter {
  /** Throws BrokenStreamError for a line over 4 MiB, and what the taker of lines throws. */
  readonly write: (chunk: Buffer) => void;
  /** Whether a line has begun that has not ended. */
  readonly inLine: () => boolean;
}

/** A cutter that gives each line to `take` as soon as it is complete. It looks at each byte once, however small the chunks. */
export const lineCutter = (take: (line: string) => void): LineCutter => {
  const begun = gather(longestLine, 'a line');
  const write = (chunk: Buffer): void => {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      take(begun.size() === 0 ? chunk.toString('utf8', from, end) : begun.take(chunk.subarray(from, end)).toString());
      from = end + 1;
    }
    if (from < chunk.length) begun.add(chunk.subarray(from));
  };
  return { write, inLine: () => begun.size() > 0 };
};
