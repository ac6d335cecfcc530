import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import type { SchedulerLike } from 'rxjs';
import { BrokenStreamError } from './broken-stream.ts';
import { lineCutter } from './lines.ts';
import { turn, watchdog } from './watchdog.ts';

/** Milliseconds: how long there may be no new line, within one or between two, and how long it may take in all. */
export interface LinePatience {
  readonly silence: (inLine: boolean) => number;
  readonly total: number;
}

/**
 * What `read` makes of the lines of a body; bytes that never make a line are no sign of life. Throws what `read` throws,
 * BrokenStreamError for a line over 4 MiB and for an end in the middle of one, and SilentError when patience is at its end;
 * then, and when it is returned from, the connection is dropped.
 *
 * Lines are read by a listener, in the moment in which their bytes come: an async iterator over the body of a watch that
 * says something once a minute costs several times what reading it does.
 */
export async function* attendedLines<T extends object>(
  response: IncomingMessage,
  read: (line: string) => T,
  { silence, total }: LinePatience,
  scheduler: SchedulerLike,
): AsyncGenerator<T, void, undefined> {
  const told: T[] = [];
  let over: { readonly error?: Error } | undefined;
  let wake = (): void => undefined;
  const cutter = lineCutter((line) => {
    heard();
    told.push(read(line));
    wake();
  });
  const { heard, stop } = watchdog(response, { silence: () => silence(cutter.inLine()), total }, scheduler);
  listen(response, cutter.write);
  finished(response, { writable: false }, (error) => {
    stop();
    if (error) over = { error };
    else over = cutter.inLine() ? { error: new BrokenStreamError('the stream ended in the middle of a line') } : {};
    wake();
  });
  try {
    for (;;) {
      for (let line = told.shift(); line; line = told.shift()) yield line;
      if (over) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    if (over.error) throw over.error;
  } finally {
    response.destroy();
  }
}

/** Gives each chunk to `write`, and others their turn after some; what it throws is what the body ends with. */
const listen = (response: IncomingMessage, write: (chunk: Buffer) => void): void => {
  let taken = 0;
  response.on('data', (chunk: Buffer) => {
    if (response.destroyed) return;
    try {
      write(chunk);
    } catch (error) {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    taken += chunk.length;
    if (taken < turn) return;
    taken = 0;
    response.pause();
    setImmediate(() => response.resume());
  });
};
