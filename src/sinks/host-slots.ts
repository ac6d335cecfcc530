import type { Outcome, Promotion, PromotionIdentity } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';

/** Runs work for a promotion with a host; where it is not its turn there, resolves with `turn-pending` instead. */
export type HostSlots = (host: string, promotion: Promotion, work: () => Promise<Outcome>) => Promise<Outcome>;

export interface HostSlotsOptions {
  /** So much is under way with each host at a time. */
  readonly limit: number;
  /** After so many milliseconds a promotion looks by itself whether it is its turn. */
  readonly patience: number;
  /** For so many milliseconds a slot is kept for a promotion that was called. */
  readonly grace: number;
  readonly clock: Pick<Clock, 'now'>;
  /** Runs something after so many milliseconds. */
  readonly later: (run: () => void, delay: number) => void;
  /** Is told whose turn it is, in the order in which they came. */
  readonly onTurn: (promotion: PromotionIdentity) => void;
}

interface Waiting {
  readonly promotion: PromotionIdentity;
  /** One that is `missed` was called and has not come in time; it has its rank, should it come yet. */
  state: 'waiting' | 'called' | 'missed';
}

interface Host {
  running: number;
  /** How many in a row have not come when they were called. */
  missed: number;
  /** By rank: in the order in which they came first. */
  readonly queue: Map<string, Waiting>;
}

/**
 * Slots of which each host has `limit`. Nothing waits for one here: a host that hangs holds what is under way with it, and nobody
 * else's time. A slot that becomes free is for the first that waits, which is called; nobody that came after it may take it. Who does not
 * come within `grace` holds up nobody: the next is called, and with each in a row that does not come one more at once.
 */
export const hostSlots = ({ limit, patience, grace, clock, later, onTurn }: HostSlotsOptions): HostSlots => {
  const hosts = new Map<string, Host>();

  const isTurnOf = (key: string, host: Host): boolean => {
    let free = limit - host.running;
    for (const [other, { state }] of host.queue) {
      if (other === key || free === 0) break;
      if (state !== 'missed') free -= 1;
    }
    return free > 0;
  };

  const call = (name: string, host: Host): void => {
    if (host.running === 0 && host.queue.size === 0) hosts.delete(name);
    let due = limit - host.running + host.missed;
    for (const [key, waiting] of host.queue) {
      if (waiting.state === 'missed') continue;
      if (due <= 0) return;
      due -= 1;
      if (waiting.state === 'called') continue;
      waiting.state = 'called';
      // By then it is known everywhere that it waits.
      setImmediate(() => onTurn(waiting.promotion));
      later(() => miss(name, host, key, waiting), grace);
    }
  };

  const miss = (name: string, host: Host, key: string, waiting: Waiting): void => {
    if (host.queue.get(key) !== waiting) return;
    waiting.state = 'missed';
    if (host.running < limit) host.missed += 1;
    later(() => forget(name, host, key, waiting), patience);
    call(name, host);
  };

  /** Whoever still wants to come has looked by itself by then. */
  const forget = (name: string, host: Host, key: string, waiting: Waiting): void => {
    if (host.queue.get(key) !== waiting) return;
    host.queue.delete(key);
    call(name, host);
  };

  return async (name, promotion, work) => {
    const host = hosts.get(name) ?? { running: 0, missed: 0, queue: new Map<string, Waiting>() };
    hosts.set(name, host);
    const key = `${promotion.pipeline} ${promotion.environment}`;
    if (!isTurnOf(key, host)) {
      // Without the texts of its pull request: thousands may wait.
      const { pipeline, environment, revision, from } = promotion;
      host.queue.set(key, { promotion: { pipeline, environment, revision, from }, state: 'waiting' });
      return { type: 'turn-pending', promotion, host: name, until: clock.now() + patience };
    }
    host.queue.delete(key);
    host.running += 1;
    host.missed = 0;
    try {
      return await work();
    } finally {
      host.running -= 1;
      call(name, host);
    }
  };
};
