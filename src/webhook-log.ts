import type { WebhookPath } from './http/webhook-path.ts';
import type { WebhookReply } from './http/webhook.ts';
import { tokenBuckets } from './http/token-buckets.ts';
import type { Clock } from './model/clock.ts';
import { failureOf } from './model/failure.ts';
import { shortened } from './model/shortened.ts';
import type { Log } from './telemetry/log.ts';

/** Tells the log of webhooks that were not taken in. */
export interface WebhookLog {
  readonly replied: (reply: WebhookReply, peer: string, path: WebhookPath | undefined) => void;
  /** Of what could not be kept. */
  readonly failed: (error: unknown) => void;
}

// Enough to see what is wrong; the metric counts them all.
const lines = { rate: 1, burst: 10 };

/** One short line for each refusal, a second one at most in the long run, with how many have gone untold; nothing of a body or a signature is in it. */
export const webhookLog = (log: Log, clock: Pick<Clock, 'now'>): WebhookLog => {
  const wait = tokenBuckets(lines, 1);
  let untold = 0;
  const tell = (level: 'info' | 'warn', message: string, fields: Readonly<Record<string, unknown>>): void => {
    if (wait('', clock.now()) > 0) {
      untold += 1;
      return;
    }
    log[level](message, { ...fields, ...(untold > 0 ? { untold } : {}) });
    untold = 0;
  };
  return {
    replied: ({ status, text }, peer, path) => {
      if (status === 202) return;
      const { namespace, pipeline, environment } = path ?? {};
      const about = path ? { pipeline: `${namespace}/${pipeline}`, environment } : {};
      tell('info', `a webhook is not taken in: ${shortened(text)}`, { status, peer, ...about });
    },
    failed: (error) => {
      const { message, reason } = failureOf(error, 'keeping what was heard');
      tell('warn', message, { reason });
    },
  };
};
