import { BrokenStreamError } from './broken-stream.ts';

/** Bytes that come in pieces and belong together. However small the pieces, they cost no more memory than twice their bytes. */
export interface Gathered {
  /** Throws BrokenStreamError when it becomes too much. */
  readonly add: (piece: Buffer) => void;
  /** All that was added and then `last`; what is added next is something else. */
  readonly take: (last: Buffer) => Buffer;
  readonly size: () => number;
}

const ordinary = 64 * 1024;
const none = Buffer.alloc(0);

/** Nothing gathered yet; `what` is how it is called when it is over `limit` bytes. */
export const gather = (limit: number, what: string): Gathered => {
  let held = none;
  let size = 0;
  const add = (piece: Buffer): void => {
    const grown = size + piece.length;
    if (grown > limit) throw new BrokenStreamError(`${what} is longer than ${limit} bytes`);
    if (grown > held.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(ordinary, 2 * grown));
      held.copy(wider, 0, 0, size);
      held = wider;
    }
    piece.copy(held, size);
    size = grown;
  };
  const take = (last: Buffer): Buffer => {
    if (size === 0) return last;
    const whole = Buffer.concat([held.subarray(0, size), last]);
    size = 0;
    held = none;
    return whole;
  };
  return { add, take, size: () => size };
};
