import { Counter, Gauge, type Registry } from 'prom-client';

/** What is counted of the receivers of news, each by its name. */
export interface NewsMetrics {
  readonly newsSent: (receiver: string) => void;
  /** `reason` is `overflow`, `expired`, `refused` or `shutdown`. */
  readonly newsLost: (receiver: string, reason: string) => void;
  /** From now on `size` tells how many news wait for a receiver. */
  readonly newsWaiting: (receiver: string, size: () => number) => void;
}

/** Metrics of what is told to others. */
export const newsMetrics = (registry: Registry): NewsMetrics => {
  const registers = [registry];
  const sent = new Counter({
    name: 'leafwatch_events_sent_total',
    help: 'Events that a receiver has taken (flux: notification-controller, cloudevents: the sink of CDEvents).',
    labelNames: ['receiver'],
    registers,
  });
  const lost = new Counter({
    name: 'leafwatch_events_dropped_total',
    help: 'Events that a receiver was not told: there were too many (overflow), it failed for ten minutes (expired), it refused them, or the program ended (shutdown).',
    labelNames: ['receiver', 'reason'],
    registers,
  });
  const sizes = new Map<string, () => number>();
  new Gauge({
    name: 'leafwatch_events_waiting',
    help: 'Events that wait to be told to a receiver.',
    labelNames: ['receiver'],
    registers,
    collect() {
      for (const [receiver, size] of sizes) this.set({ receiver }, size());
    },
  });
  return {
    newsSent: (receiver) => sent.inc({ receiver }),
    newsLost: (receiver, reason) => lost.inc({ receiver, reason }),
    newsWaiting: (receiver, size) => {
      sizes.set(receiver, size);
      sent.inc({ receiver }, 0);
      for (const reason of ['overflow', 'expired', 'refused', 'shutdown']) lost.inc({ receiver, reason }, 0);
    },
  };
};
