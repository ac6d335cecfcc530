import type { Passage, Toll } from './start-tollgate.ts';

/** One of the two. */
export type Who = 0 | 1;

/** Lets the requests of two controllers through by turns; one of the other goes through while who has the turn asks for nothing. */
export interface Turnstile {
  readonly toll: (who: Who) => Toll;
  /** Who passed with what, in this order: `0 before open 6.1.5`. */
  readonly passed: readonly string[];
  /** What was not let through at once: `before open 6.1.5`. */
  readonly waited: readonly string[];
  /** Lets everything through from now on. */
  readonly open: () => void;
}

/** So long who has the turn may think, milliseconds; what it waits for from a server does not count. */
const thinkingTime = 300;

/** The first turn is 0's. `turns` says of how many passages each turn is; the last is followed by one without end. `name` is undefined for what needs no turn. */
export const turnstile = (turns: readonly number[], name: (passage: Passage) => string | undefined): Turnstile => {
  const left = [...turns];
  const [passed, waited]: [string[], string[]] = [[], []];
  const held: { readonly who: Who; readonly go: () => void }[] = [];
  const underWay: [number, number] = [0, 0];
  let [turn, open]: [Who, boolean] = [0, false];
  let passages = left.shift() ?? Infinity;
  let thinking: NodeJS.Timeout | undefined;

  const think = () => {
    clearTimeout(thinking);
    if (open) return;
    thinking = setTimeout(() => {
      if (underWay[turn] === 0) held.shift()?.go();
      think();
    }, thinkingTime);
  };
  const change = () => {
    turn = turn === 0 ? 1 : 0;
    passages = left.shift() ?? Infinity;
    const free = held.filter(({ who }) => who === turn);
    held.splice(0, held.length, ...held.filter(({ who }) => who !== turn));
    free.forEach(({ go }) => go());
  };
  const pass = async (who: Who, moment: Passage['moment'], label: string) => {
    if (who === turn && passages === 0) change();
    if (who === turn) {
      passages -= 1;
      think();
    } else {
      waited.push(`${moment} ${label}`);
      await new Promise<void>((go) => held.push({ who, go }));
    }
    underWay[who] += moment === 'before' ? 1 : -1;
    passed.push(`${who} ${moment} ${label}`);
  };
  return {
    passed,
    waited,
    toll: (who) => async (passage) => {
      const label = name(passage);
      if (label !== undefined && !open) await pass(who, passage.moment, label);
      return 'passes';
    },
    open: () => {
      open = true;
      clearTimeout(thinking);
      held.splice(0).forEach(({ go }) => go());
    },
  };
};
