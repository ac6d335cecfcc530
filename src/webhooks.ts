import { merge, NEVER, type Observable } from 'rxjs';
import { certificateIn } from './http/certificate.ts';
import { createPeerOf, readNetworks } from './http/peer-of.ts';
import { listen, type Listening } from './http/server.ts';
import { webhook, type WebhookReply } from './http/webhook.ts';
import type { Objects } from './kube/call/objects.ts';
import type { Clock } from './model/clock.ts';
import type { Fact } from './model/fact.ts';
import type { World } from './model/world.ts';
import type { Settings } from './settings.ts';
import { keepEvidence } from './sinks/keep-evidence.ts';
import { hearing } from './sources/webhook.ts';
import { webhookKeys } from './sources/webhook-keys.ts';
import type { Log } from './telemetry/log.ts';
import { webhookLog, type WebhookLog } from './webhook-log.ts';

export interface WebhooksDeps {
  readonly settings: Settings;
  readonly world: World;
  /** The facts about Pipelines. */
  readonly pipelines: Observable<Fact>;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly log: Log;
  readonly onReply: (reply: Pick<WebhookReply, 'status'>) => void;
}

/** The second source of facts, and what serves it: nothing, unless it is asked for. */
export interface Webhooks {
  readonly facts: Observable<Fact>;
  readonly servers: readonly Listening[];
}

// A fleet behind one address, all of whose releases change at once, stays below; Flux sends one request for each event.
const perPeer = { rate: 200, burst: 2_000 };
const perPipeline = { rate: 20, burst: 200 };
// An API server may take longer to answer; but a sender that has waited for 15 s does not come again.
const patience = 3_000;

/** Hears signed events of Flux where `--webhook-addr` says so, on every replica: what must not be lost is in the status before it is answered. */
export const startWebhooks = async (deps: WebhooksDeps): Promise<Webhooks> => {
  const { settings, world, pipelines, objects, clock, log, onReply } = deps;
  if (settings.webhookAddr === undefined) return { facts: NEVER, servers: [] };
  const { keysOf, ready, reading } = webhookKeys({
    world,
    changes: pipelines,
    readSecret: objects.readSecret,
    onTrouble: (secret, trouble) =>
      log.warn(`webhooks for which Secret ${secret} holds the key are refused: ${trouble}`, { secret }),
  });
  const { hear, facts } = hearing({
    world,
    clock,
    tolerance: settings.webhookClockTolerance,
    keep: keepEvidence({ objects }),
  });
  const refusals = webhookLog(log, clock);
  const replied: WebhookLog['replied'] = (reply, peer, path) => {
    onReply(reply);
    refusals.replied(reply, peer, path);
  };
  const handle = webhook({
    clock,
    keysOf,
    ready,
    unsigned: settings.insecureWebhooks,
    hear,
    patience,
    perPeer,
    perPipeline,
    peerOf: createPeerOf(settings.trustedProxies === undefined ? undefined : readNetworks(settings.trustedProxies)),
    onReply: replied,
    onFailure: refusals.failed,
  });
  const { webhookCertFile: cert, webhookKeyFile: key } = settings;
  const certificate = cert && key ? certificateIn(cert, key, (trouble) => log.warn(trouble)) : undefined;
  const server = await listen(settings.webhookAddr, handle, {
    certificate,
    onUnreadable: (answer, address) => replied(answer, address, undefined),
  });
  log.info('webhooks are heard', { webhook: server.url, unsigned: settings.insecureWebhooks });
  return { facts: merge(facts, reading), servers: [server] };
};
