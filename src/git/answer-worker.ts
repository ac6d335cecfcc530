import { failureOf } from '../model/failure.ts';
import type { Question, Remote } from './remote.ts';
import type { ToWorker } from './worker-messages.ts';

/** The answers that a worker reads, by the number of its question: at most one piece is on its way. */
export const answerTo = (tell: (message: ToWorker) => void) => {
  const answers = new Map<number, AsyncIterator<Uint8Array>>();
  const attempt = async (id: number, doing: () => Promise<ToWorker>) => {
    try {
      tell(await doing());
    } catch (error) {
      answers.delete(id);
      tell({ type: 'not-answered', id, failure: failureOf(error, 'Asking the repository') });
    }
  };
  return {
    ask: (id: number, { ask }: Remote, question: Question) =>
      attempt(id, async () => {
        answers.set(id, (await ask(question))[Symbol.asyncIterator]());
        return { type: 'answered', id };
      }),
    next: (id: number) =>
      attempt(id, async () => {
        const next = await answers.get(id)?.next();
        if (next?.done !== false) answers.delete(id);
        return { type: 'piece', id, piece: next?.done === false ? next.value : undefined };
      }),
    enough: async (id: number) => {
      const answer = answers.get(id);
      answers.delete(id);
      // What is left of it is not read, and whatever happens to it concerns nobody.
      await answer?.return?.().catch(() => undefined);
    },
  };
};
