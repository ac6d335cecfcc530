import assert from 'node:assert/strict';
import { transitions } from '../../src/decision/promotion-states.ts';
import type {
  EnvironmentStatus,
  PipelineStatus,
  PromotionRecord,
  PromotionState,
} from '../../src/model/pipeline-status.ts';

type Name = keyof typeof transitions;
type State = PromotionState | 'none';

/** What may happen to a promotion between two writes, in this order: what an action came to, what is seen, what begins. */
const turns: readonly (readonly Name[])[] = [
  ['open', 'notify', 'merge', 'close', 'give-up', 'reject'],
  ['fail', 'succeed', 'reopen', 'reject'],
  ['begin', 'supersede', 'retry'],
];

const reachable = (from: State): ReadonlySet<State> => {
  let states: State[] = [from];
  for (const turn of turns) {
    const moved = states.flatMap((state) =>
      turn
        .filter((name) => (transitions[name].from as readonly State[]).includes(state))
        .map((name) => transitions[name].to),
    );
    states = [...states, ...moved];
  }
  return new Set(states);
};

type Identity = Pick<PromotionRecord, 'revision' | 'retry' | 'startedAt'>;

/** Whose memory was lost learns the number of its attempt while it is opened. */
const isSame = (one: Identity, other: Identity | undefined): boolean =>
  one.revision === other?.revision &&
  (one.retry === other.retry || (one.retry === undefined && one.startedAt === other.startedAt));

const checkLife = (name: string, old: PromotionRecord | undefined, after: EnvironmentStatus): void => {
  const { promotion: now, history = [] } = after;
  if (now && !(old && isSame(old, now)))
    assert.ok(reachable('none').has(now.state), `${name}: ${now.revision} begins as ${now.state}`);
  if (!old) return;
  const { state } = [...(now ? [now] : []), ...history].find((entry) => isSame(old, entry)) ?? {};
  assert.ok(state, `${name}: ${old.revision}, which was ${old.state}, is forgotten`);
  assert.ok(reachable(old.state).has(state), `${name}: ${old.revision} went from ${old.state} to ${state}`);
};

/** Holds every observed change of a promotion's state to the named transitions. */
export const checkLives = (before: PipelineStatus, after: PipelineStatus, named: readonly string[]): void => {
  for (const name of named) checkLife(name, before.environments?.[name]?.promotion, after.environments?.[name] ?? {});
};
