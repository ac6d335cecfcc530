import { parentPort } from 'node:worker_threads';
import { FailureError, failureOf } from '../model/failure.ts';
import type { Batch } from './change.ts';
import { createClones } from './clones.ts';
import type { Question, Remote } from './remote.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** Who waits for the next word about a question. */
interface Waiting {
  readonly resolve: (piece: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
const run = createClones();
let questions = 0;

const tell = (message: FromWorker) => parentPort?.postMessage(message);

const word = (id: number): Promise<Uint8Array | undefined> =>
  new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
  });

async function* piecesOf(id: number): AsyncGenerator<Uint8Array, void, void> {
  let isOver = false;
  try {
    for (;;) {
      const next = word(id);
      tell({ type: 'next', id });
      const piece = await next.catch((error: unknown) => {
        isOver = true;
        throw error;
      });
      isOver = piece === undefined;
      if (piece === undefined) return;
      yield piece;
    }
  } finally {
    if (!isOver) tell({ type: 'enough', id });
  }
}

const remoteOf = (of: number, url: string): Remote => ({
  url,
  ask: async (question: Question) => {
    questions += 1;
    const id = questions;
    const answered = word(id);
    tell({ type: 'ask', id, of, question });
    await answered;
    return piecesOf(id);
  },
});

const work = async (id: number, batch: Batch): Promise<void> => {
  try {
    tell({ type: 'done', id, outcomes: await run(batch, remoteOf(id, batch.url)) });
  } catch (error) {
    tell({ type: 'failed', id, failure: failureOf(error, batch.url) });
  }
};

const hear = (message: ToWorker): void => {
  if (message.type === 'run') {
    void work(message.id, message.batch);
    return;
  }
  const waits = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.type === 'not-answered') waits?.reject(new FailureError(message.failure));
  else waits?.resolve(message.type === 'piece' ? message.piece : undefined);
};

parentPort?.on('message', hear);
