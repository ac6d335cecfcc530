import type { Outcome, Promotion, PromotionIdentity } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';

/** Runs work for a promotion with a host; where as much as may is under way there, resolves with `turn-pending` instead. */
export type HostSlots = (host: string, promotion: Promotion, work: () => Promise<Outcome>) => Promise<Outcome>;

export interface HostSlotsOptions {
  /** So much is under way with each host at a time. */
  readonly limit: number;
  /** After so many milliseconds a promotion looks by itself whether it is its turn. */
  readonly patience: number;
  readonly clock: Pick<Clock, 'now'>;
  /** Is told whose turn it is, in the order in which they came. */
  readonly onTurn: (promotion: PromotionIdentity) => void;
}

interface Host {
  running: number;
  readonly waiting: Map<string, PromotionIdentity>;
}

/**
 * Slots of which each host has `limit`. Nothing waits for one here: a host that hangs holds what is under way with it, and nobody
 * else's time.
 */
export const hostSlots = ({ limit, patience, clock, onTurn }: HostSlotsOptions): HostSlots => {
  const hosts = new Map<string, Host>();

  const leave = (name: string, host: Host): void => {
    host.running -= 1;
    const [next] = host.waiting;
    if (next) {
      const [key, promotion] = next;
      host.waiting.delete(key);
      // By then it is known everywhere that it waits.
      setImmediate(() => onTurn(promotion));
    } else if (host.running === 0) hosts.delete(name);
  };

  return async (name, promotion, work) => {
    const host = hosts.get(name) ?? { running: 0, waiting: new Map() };
    hosts.set(name, host);
    const key = `${promotion.pipeline} ${promotion.environment}`;
    if (host.running >= limit) {
      // Without the texts of its pull request: thousands may wait.
      const { pipeline, environment, revision, from } = promotion;
      host.waiting.set(key, { pipeline, environment, revision, from });
      return { type: 'turn-pending', promotion, host: name, until: clock.now() + patience };
    }
    host.waiting.delete(key);
    host.running += 1;
    try {
      return await work();
    } finally {
      leave(name, host);
    }
  };
};
