import { Readable } from 'node:stream';
import type { SchedulerLike } from 'rxjs';
import type { Answer } from './answer.ts';
import { watchdog, type Patience } from './watchdog.ts';

/** The body of an answer as a stream; it errs with a SilentError, and drops the connection, when patience is at its end. */
export const attended = (
  answer: Answer,
  patience: Patience,
  scheduler: SchedulerLike,
): AsyncIterable<Buffer> & Readable => {
  const { heard, stop } = watchdog(answer, patience, scheduler);
  const stream = new Readable({
    read: answer.resume,
    destroy: (error, done) => {
      stop();
      answer.destroy();
      done(error);
    },
  });
  answer.read({
    take: (piece) => {
      heard();
      if (!stream.push(Buffer.from(piece))) answer.pause();
    },
    ended: (error) => {
      stop();
      if (error) stream.destroy(error);
      else stream.push(null);
    },
  });
  return stream;
};
