import type { SchedulerLike } from 'rxjs';
import type { Answer } from './answer.ts';
import { BrokenStreamError } from './broken-stream.ts';
import { lineCutter } from './lines.ts';
import { watchdog } from './watchdog.ts';

/** Milliseconds: how long there may be no new line, within one or between two, and how long it may take in all. */
export interface LinePatience {
  readonly silence: (inLine: boolean) => number;
  readonly total: number;
}

/**
 * Gives each line of a body to `read` in the moment in which its last byte comes; bytes that never make a line are no sign of
 * life. Resolves when the body ends after a line. Rejects with what `read` throws, BrokenStreamError for a line over 4 MiB and
 * for an end in the middle of one, and SilentError when patience is at its end; then the connection is dropped.
 *
 * No iterator and no promise stands between the bytes and their reader: for a watch that says something once a minute they
 * cost more than the reading.
 */
export const attendedLines = (
  answer: Answer,
  read: (line: string) => void,
  { silence, total }: LinePatience,
  scheduler: SchedulerLike,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const cutter = lineCutter((line) => {
      heard();
      read(line);
    });
    const { heard, stop } = watchdog(answer, { silence: () => silence(cutter.inLine()), total }, scheduler);
    answer.read({
      take: cutter.write,
      ended: (error) => {
        stop();
        if (error) reject(error);
        else if (cutter.inLine()) reject(new BrokenStreamError('the stream ended in the middle of a line'));
        else resolve();
      },
    });
  });
