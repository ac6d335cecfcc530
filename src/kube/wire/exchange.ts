import { staysOpen, type AnswerHead } from './answer-head.ts';
import { answerParser } from './answer-parser.ts';
import type { Answer, BodyReader } from './answer.ts';
import { createBody, type Body } from './body.ts';
import type { Pipe } from './pipe.ts';

/** One request on its way. */
export interface Exchange {
  /** Resolves when the head of the answer has come; rejects when none comes. */
  readonly answer: Promise<Answer>;
  /** Whether the server has said anything. */
  readonly heard: () => boolean;
  /** Drops the connection; who waits for the answer, or reads it, is told `error`. */
  readonly fail: (error: Error) => void;
}

/** Sends `request`, the text of a GET, and reads what comes back. `ended` is told once, and whether the connection may be asked for something else. */
export const exchange = (pipe: Pipe, request: string, ended: (reusable: boolean) => void): Exchange => {
  const { socket } = pipe;
  let begun: { readonly head: AnswerHead; readonly body: Body } | undefined;
  let heard = false;
  let whole = false;
  let over = false;
  let came: (answer: Answer) => void;
  let failed: (error: Error) => void;
  const answer = new Promise<Answer>((resolve, reject) => {
    came = resolve;
    failed = reject;
  });

  const end = (error?: Error): void => {
    if (over) return;
    over = true;
    const reusable = error === undefined && begun !== undefined && staysOpen(begun.head) && !socket.destroyed;
    // Its reader may have paused it.
    if (reusable) socket.resume();
    else socket.destroy();
    ended(reusable);
    if (error) failed(error);
    begun?.body.end(error);
  };
  /** Does what may bring the answer to its end; a whole body still waits for its reader. */
  const attempt = (what: () => void): void => {
    try {
      what();
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
    }
    if (whole && begun?.body.isRead() === true) end();
  };
  const begin = (head: AnswerHead): void => {
    const body = createBody(socket);
    const { pause, resume } = body;
    const read = (reader: BodyReader): void => {
      attempt(() => {
        body.read(reader);
      });
    };
    const destroy = (error = new Error('the rest of the answer is not wanted')): void => {
      end(error);
    };
    begun = { head, body };
    came({ ...head, read, pause, resume, destroy });
  };
  const parser = answerParser({ head: begin, body: (piece) => begun?.body.give(piece), end: () => (whole = true) });
  pipe.give({
    take: (bytes) => {
      heard = true;
      if (over) socket.destroy();
      else
        attempt(() => {
          parser.write(bytes);
        });
    },
    closed: (error) => {
      attempt(() => {
        if (error) throw error;
        parser.close();
      });
    },
  });
  socket.write(request);
  return { answer, heard: () => heard, fail: end };
};
