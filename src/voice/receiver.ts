import type { SchedulerLike } from 'rxjs';
import type { Clock } from '../model/clock.ts';
import type { Failure } from '../model/failure.ts';
import type { Agents } from '../web/agents.ts';
import { createOutbox, type Loss, type Outbox } from './outbox.ts';
import { post, type Letter } from './post.ts';

export interface ReceiverOptions<T> {
  /** How it is called in metrics and in the log. */
  readonly name: string;
  readonly url: string;
  /** Something as it reads it. */
  readonly write: (item: T) => Promise<Letter>;
  /** The status by which it says that it has had it before. */
  readonly known?: number | undefined;
  readonly agents: Agents;
  readonly clock: Clock;
  readonly scheduler?: SchedulerLike;
  readonly onSent: () => void;
  readonly onLost: (loss: Loss) => void;
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** How often losses are logged, milliseconds. */
const quiet = 60_000;

/** Somebody outside who is told of news, one after the other. */
export const createReceiver = <T>(options: ReceiverOptions<T>): Outbox<T> => {
  const { name, url, write, known, agents, clock, scheduler, onSent, onLost, warn } = options;
  let lost = 0;
  let logged = -Infinity;
  const tell = (loss: Loss, why?: Failure): void => {
    onLost(loss);
    lost += 1;
    if (clock.now() - logged < quiet) return;
    warn('news could not be told', { receiver: name, lost, reason: loss, ...(why ? { why: why.message } : {}) });
    logged = clock.now();
    lost = 0;
  };
  return createOutbox<T>({
    send: async (item, signal) => {
      await post(await write(item), { url, agents, now: clock.now, signal, known });
    },
    clock,
    ...(scheduler ? { scheduler } : {}),
    onSent,
    onLost: tell,
  });
};
