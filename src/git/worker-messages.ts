import type { Failure } from '../model/failure.ts';
import type { Batch, TaskOutcome } from './change.ts';
import type { Question } from './remote.ts';

/** What the main thread tells the worker. Credentials stay where they are: the worker asks, and the main thread does. */
export type ToWorker =
  | { readonly type: 'run'; readonly id: number; readonly batch: Batch }
  /** The answer to a question has begun. */
  | { readonly type: 'answered'; readonly id: number }
  /** A piece of an answer; undefined at its end. */
  | { readonly type: 'piece'; readonly id: number; readonly piece: Uint8Array | undefined }
  | { readonly type: 'not-answered'; readonly id: number; readonly failure: Failure };

/** What the worker tells the main thread; `id` is of the batch, and of the question where there is one. */
export type FromWorker =
  | { readonly type: 'ask'; readonly id: number; readonly of: number; readonly question: Question }
  /** Asks for the next piece of an answer, and says that no more is wanted. */
  | { readonly type: 'next'; readonly id: number }
  | { readonly type: 'enough'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly outcomes: readonly TaskOutcome[] }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure };
