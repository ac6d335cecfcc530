import type { AnswerHead } from './answer-head.ts';

/** Reads a body. */
export interface BodyReader {
  /** Is given each piece in the moment in which it comes; its bytes are valid only during the call. What it throws ends the body. */
  readonly take: (piece: Buffer) => void;
  /** Is told once, and last: that the body is whole, or why it will not be. */
  readonly ended: (error?: Error) => void;
}

/** How a body is read. */
interface Reading {
  /** The body waits for this; to be called once. */
  readonly read: (reader: BodyReader) => void;
  /** Lets the server wait; pieces that have come already may still be given. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** An answer whose head has come. It holds its connection until the body is whole or the answer is destroyed. */
export interface Answer extends AnswerHead, Reading {
  /** Drops the connection, unless the body is whole. */
  readonly destroy: (error?: Error) => void;
}
