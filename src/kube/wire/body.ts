import type { Socket } from 'node:net';
import type { BodyReader } from './answer.ts';

/** After so many bytes others have their turn: a flood would be read in turns of two megabytes. */
const turn = 256 * 1024;

/** The body of an answer on its way from a socket to its reader. */
export interface Body {
  /** The next piece; throws what its reader throws. */
  readonly give: (piece: Buffer) => void;
  /** The reader is given what has come so far, and from then on what comes; throws what it throws. */
  readonly read: (reader: BodyReader) => void;
  readonly isRead: () => boolean;
  readonly pause: () => void;
  readonly resume: () => void;
  /** There will be no more; the socket is not touched any more. */
  readonly end: (error?: Error) => void;
}

/** A body that nobody reads yet; the socket is paused until somebody does. */
export const createBody = (socket: Socket): Body => {
  let early: readonly Buffer[] = [];
  let reader: BodyReader | undefined;
  let over: { readonly error: Error | undefined } | undefined;
  let paused = false;
  let taken = 0;
  let othersTurn = false;
  socket.pause();

  const goOn = (): void => {
    if (!over && !paused && !othersTurn) socket.resume();
  };
  const take = (piece: Buffer): void => {
    reader?.take(piece);
    taken += piece.length;
    if (over || taken < turn) return;
    taken = 0;
    othersTurn = true;
    socket.pause();
    setImmediate(() => {
      othersTurn = false;
      goOn();
    });
  };
  return {
    isRead: () => reader !== undefined,
    give: (piece) => {
      if (over) return;
      if (reader) take(piece);
      else early = [...early, Buffer.from(piece)];
    },
    read: (given) => {
      if (over) {
        given.ended(over.error);
        return;
      }
      reader = given;
      early.forEach(take);
      early = [];
      goOn();
    },
    pause: () => {
      paused = true;
      if (!over) socket.pause();
    },
    resume: () => {
      paused = false;
      goOn();
    },
    end: (error) => {
      over = { error };
      reader?.ended(error);
    },
  };
};
