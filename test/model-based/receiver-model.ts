import type { Handover, Outcome } from '../../src/model/action.ts';
import type { Agenda } from './agenda.ts';
import type { Chance } from './chance.ts';

/** What was handed over, as the receiver knows it. */
export interface Task {
  readonly promotion: Handover;
  done: boolean;
}

/** Tooling that is told of promotions: it takes each id once, sometimes late, and does what it says when it likes. */
export const createReceiverModel = (chance: Chance, agenda: Agenda, answered: (promotion: Handover) => void) => {
  const tasks = new Map<string, Task>();
  /** What the process that asks remembers of its questions. */
  let answers = new Map<string, 'awaited' | 'taken'>();
  const take = (promotion: Handover): void => {
    if (!tasks.has(promotion.id)) tasks.set(promotion.id, { promotion, done: false });
  };
  const send = (promotion: Handover): void => {
    const own = answers.set(promotion.id, 'awaited');
    agenda.at(agenda.now() + chance.between(0, 20_000), () => {
      take(promotion);
      own.set(promotion.id, 'taken');
      if (own === answers) answered(promotion);
    });
  };
  return {
    tasks: (): readonly Task[] => [...tasks.values()],
    /** A new process knows nothing of the questions before it. */
    restarted: () => (answers = new Map()),
    handOver: (promotion: Handover, until: number): Outcome => {
      const answer = answers.get(promotion.id);
      if (answer === undefined && chance.oneIn(2)) take(promotion);
      else if (answer === undefined) send(promotion);
      answers.delete(answer === 'taken' ? promotion.id : '');
      return answers.has(promotion.id)
        ? { type: 'handover-pending', promotion, until }
        : { type: 'handed-over', promotion };
    },
  };
};
