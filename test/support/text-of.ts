import type { Answer } from '../../src/kube/wire/answer.ts';

/** The whole body of an answer; rejects with what it ends with instead. */
export const textOf = (answer: Answer): Promise<string> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    answer.read({
      take: (piece) => pieces.push(Buffer.from(piece)),
      ended: (error) => {
        if (error) reject(error);
        else resolve(Buffer.concat(pieces).toString());
      },
    });
  });
