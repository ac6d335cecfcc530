import { framingOf, readHead, type AnswerHead } from './answer-head.ts';
import { BrokenStreamError } from './broken-stream.ts';

/** Is told of an answer while its bytes come. */
export interface AnswerTaker {
  readonly head: (head: AnswerHead) => void;
  /** A piece of the body; its bytes are those that were written, and valid only during the call. */
  readonly body: (piece: Buffer) => void;
  /** The answer is whole. */
  readonly end: () => void;
}

/** Reads one answer from bytes that may be cut anywhere. */
export interface AnswerParser {
  /** Throws BrokenStreamError for what is not HTTP/1.1 or goes on after the end, and what the taker throws. */
  readonly write: (bytes: Buffer) => void;
  /** No more bytes will come. Throws BrokenStreamError when that is not how the answer was to end. */
  readonly close: () => void;
}

/** Reads at `at`, and answers where the next step begins. */
type Step = (bytes: Buffer, at: number) => number;

/** All lines around a body together, and each for itself: more than any server sends. */
const longestHead = 64 * 1024;

const newline = 10;

/** Its digits, and perhaps extensions, of which we know none. */
const chunkSize = /^[\da-f]{1,8}[ \t]*(?:;|$)/i;

/**
 * A parser for the answer to a GET over HTTP/1.1 (RFC 9112). It keeps nothing of the body and makes no stream of it: over one
 * that says something once a minute, Node's client costs several times what reading the bytes does.
 */
export const answerParser = (taker: AnswerTaker): AnswerParser => {
  let step: Step;
  let lines: string[] = [];
  let held = 0;
  let left = 0;
  let over = false;
  let endsWithClose = false;

  /** Collects lines, each given to `done` without its end. */
  const line = (done: (text: string) => void): Step => {
    let begun = '';
    return (bytes, at) => {
      const found = bytes.indexOf(newline, at);
      const end = found === -1 ? bytes.length : found + 1;
      begun += bytes.toString('latin1', at, end);
      held += end - at;
      if (held > longestHead) throw new BrokenStreamError('what stands around the body of the answer is too long');
      if (found === -1) return end;
      const text = begun;
      begun = '';
      if (!text.endsWith('\r\n')) throw new BrokenStreamError('a line of the answer does not end as lines do');
      done(text.slice(0, -2));
      return end;
    };
  };

  /** Gives `left` bytes on, and then becomes `next`. */
  const counted =
    (next: () => void): Step =>
    (bytes, at) => {
      const end = Math.min(bytes.length, at + left);
      left -= end - at;
      taker.body(bytes.subarray(at, end));
      if (left === 0) next();
      return end;
    };

  const finish = (): void => {
    over = true;
    step = refuseMore;
    taker.end();
  };
  const refuseMore: Step = () => {
    throw new BrokenStreamError('the server goes on after the end of its answer');
  };
  const untilClose: Step = (bytes, at) => {
    taker.body(at === 0 ? bytes : bytes.subarray(at));
    return bytes.length;
  };
  const inChunkSize = line((text) => {
    if (!chunkSize.test(text)) throw new BrokenStreamError('a chunk of the answer has no size');
    held = 0;
    left = Number.parseInt(text, 16);
    step = left === 0 ? inTrailers : inChunk;
  });
  const inChunk = counted(() => (step = afterChunk));
  const afterChunk = line((text) => {
    if (text !== '') throw new BrokenStreamError('a chunk of the answer is longer than it says');
    step = inChunkSize;
  });
  const inTrailers = line((text) => {
    if (text === '') finish();
  });
  const inBody = counted(finish);

  const begin = (head: AnswerHead): void => {
    const framing = framingOf(head);
    held = 0;
    taker.head(head);
    switch (framing.type) {
      case 'chunked':
        step = inChunkSize;
        break;
      case 'until-close':
        endsWithClose = true;
        step = untilClose;
        break;
      case 'length':
        left = framing.bytes;
        step = inBody;
        if (left === 0) finish();
    }
  };
  const inHead = line((text) => {
    if (text !== '') {
      lines.push(text);
      return;
    }
    const head = readHead(lines);
    lines = [];
    // What is said before the answer itself, such as 103, is not for us; to switch protocols nobody has asked.
    if (head.status >= 200) begin(head);
    else if (head.status === 101) throw new BrokenStreamError('the server speaks another protocol from here on');
  });
  step = inHead;

  return {
    write: (bytes) => {
      for (let at = 0; at < bytes.length;) at = step(bytes, at);
    },
    close: () => {
      if (over) return;
      if (!endsWithClose) throw new BrokenStreamError('the server ended the connection in the middle of its answer');
      finish();
    },
  };
};
