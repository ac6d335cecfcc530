import type { Action, Outcome } from '../../src/model/action.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { Fact } from '../../src/model/fact.ts';
import { createWorld, type World } from '../../src/model/world.ts';
import { createReconcile, type Reconciliation } from '../../src/reconcile.ts';
import { retryDelays } from '../support/given.ts';
import type { Agenda } from './agenda.ts';

export const key = 'apps/podinfo';

/** A process of Leafwatch: all that it knows goes when it ends. */
export interface Controller {
  readonly world: World;
  readonly learn: (fact: Fact) => void;
  /** Looks as long as there is something to look at; answers whether it is alive still. */
  readonly settle: () => Promise<boolean>;
  readonly look: () => Promise<Reconciliation | undefined>;
  /** Nothing of it happens any more. */
  readonly end: () => void;
}

const crashed = new Error('the process has ended');

/** Looks as the engine does: at what it is told, at the time it asked for, and after a backoff when a look was not finished. */
export const createController = (options: {
  readonly agenda: Agenda;
  readonly clock: Clock;
  readonly perform: (action: Action) => Promise<Outcome>;
  readonly looked: (result: Reconciliation) => void;
}): Controller => {
  const { agenda, clock, looked } = options;
  const world = createWorld();
  let alive = true;
  let waiting = false;
  let failures = 0;
  let timer = 0;
  const mustLive = (): void => {
    if (!alive) throw crashed;
  };
  const perform = async (action: Action): Promise<Outcome> => {
    await Promise.resolve();
    mustLive();
    const outcome = await options.perform(action);
    mustLive();
    return outcome;
  };
  const reconcile = createReconcile({
    world,
    perform,
    leading: () => alive,
    clock,
    retryDelays,
    pullRequestInterval: 600_000,
  });
  const delayOf = ({ finished, wakeAt }: Reconciliation): number | undefined => {
    failures = finished ? 0 : failures + 1;
    if (!finished) return Math.min(retryDelays.max, retryDelays.min * 2 ** (failures - 1));
    return wakeAt === undefined ? undefined : Math.max(0, wakeAt - clock.now());
  };
  const look = async (): Promise<Reconciliation | undefined> => {
    waiting = false;
    const turn = ++timer;
    try {
      const result = await reconcile(key);
      if (!alive) return undefined;
      looked(result);
      const delay = delayOf(result);
      const wake = (): void => {
        if (turn === timer) waiting = true;
      };
      if (delay !== undefined) agenda.at(agenda.now() + delay, wake);
      return result;
    } catch (error) {
      if (error !== crashed) throw error;
      return undefined;
    }
  };
  return {
    world,
    learn: (fact) => {
      if (world.learn(fact).includes(key)) waiting = true;
    },
    settle: async () => {
      while (alive && waiting) await look();
      return alive;
    },
    look,
    end: () => (alive = false),
  };
};
