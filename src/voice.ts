import { createHash } from 'node:crypto';
import type { SchedulerLike } from 'rxjs';
import { effectOf } from './decision/effect-of.ts';
import type { ActionOf, Handover } from './model/action.ts';
import type { Clock } from './model/clock.ts';
import { isOfDeployment, type Deployment } from './model/deployment.ts';
import { FailureError, failureOf } from './model/failure.ts';
import type { News } from './model/news.ts';
import type { World } from './model/world.ts';
import type { Settings } from './settings.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { createAgents, type Agents } from './web/agents.ts';
import { patience } from './voice/attempt.ts';
import { cdEvent, type CdEvent } from './voice/cd-event.ts';
import { fluxLetter } from './voice/flux-letter.ts';
import type { Outbox } from './voice/outbox.ts';
import { post } from './voice/post.ts';
import { createReceiver, type ReceiverOptions } from './voice/receiver.ts';

export interface VoiceDeps {
  readonly settings: Pick<Settings, 'eventsAddr' | 'cloudeventsSink' | 'httpsProxy' | 'httpProxy' | 'noProxy'>;
  readonly world: Pick<World, 'pipeline'>;
  readonly clock: Clock;
  readonly scheduler?: SchedulerLike;
  readonly log: Pick<Log, 'warn'>;
  /** Who we are, for receivers. */
  readonly identity: string;
  readonly metrics: Pick<Metrics, 'newsSent' | 'newsLost' | 'newsWaiting'>;
}

/** Tells others what has happened, without anybody waiting for them: what cannot be told is counted, and lost. */
export interface Voice {
  readonly announce: (action: ActionOf<'announce'>) => void;
  readonly deployed: (deployments: readonly Deployment[]) => void;
  /** Tells the receiver of a promotion that is handed over to it, who must hear of it; absent where there is none. */
  readonly handOver?: (promotion: Handover) => Promise<void>;
  /** Tells what is left, within so many milliseconds. */
  readonly close: (within: number) => Promise<void>;
}

/** notification-controller answers so to what it has had within the last five minutes. */
const tooMany = 429;

/** A change of a promotion is one thing, whoever tells it and however often; anything else is what was said, when. */
const idOf = ({ uid, announcement }: ActionOf<'announce'>, at: number): string => {
  const { reason, message, since, metadata: { id, state } = {} } = announcement;
  if (id !== undefined && state !== undefined) return [id, state, ...(since === undefined ? [] : [since])].join('.');
  return createHash('sha256')
    .update(JSON.stringify([uid, reason, message, at]))
    .digest('hex')
    .slice(0, 32);
};

type Opening = VoiceDeps & { readonly agents: Agents };

/** A receiver that is counted under its name. */
const open = <T>(
  { agents, clock, scheduler, log, metrics }: Opening,
  about: Pick<ReceiverOptions<T>, 'name' | 'url' | 'write' | 'known'>,
): Outbox<T> => {
  const receiver = createReceiver({
    ...about,
    ...(scheduler ? { scheduler } : {}),
    agents,
    clock,
    warn: log.warn,
    onSent: () => metrics.newsSent(about.name),
    onLost: (loss) => metrics.newsLost(about.name, loss),
  });
  metrics.newsWaiting(about.name, receiver.size);
  return receiver;
};

const openFlux = (deps: Opening, url: string): Outbox<News> =>
  open<News>(deps, {
    name: 'flux',
    url,
    known: tooMany,
    write: (news) => Promise.resolve(fluxLetter(news, deps.identity)),
  });

/** The library that writes CloudEvents is loaded with the first of them: a start needs none of it. */
const openCloudEvents = (deps: Opening, url: string): Outbox<CdEvent> =>
  open<CdEvent>(deps, {
    name: 'cloudevents',
    url,
    write: async (event) => (await import('./voice/cd-letter.ts')).cdLetter(event),
  });

/** The same failure, for one who knows of the promotion and not of the receiver. */
const notHandedOver = (error: unknown): FailureError => {
  const failure = failureOf(error, 'handing over a promotion');
  const message = `the receiver of --events-addr has not taken the promotion, which waits for that: ${failure.message}`;
  return new FailureError({ ...failure, message });
};

/** The voice that the flags ask for; without any it says nothing. */
export const startVoice = (deps: VoiceDeps): Voice => {
  const { settings, world, clock, identity } = deps;
  const { eventsAddr, cloudeventsSink } = settings;
  const agents = createAgents(settings);
  const opening = { ...deps, agents };
  const flux = eventsAddr === undefined ? undefined : openFlux(opening, eventsAddr);
  const cloudEvents = cloudeventsSink === undefined ? undefined : openCloudEvents(opening, cloudeventsSink);
  const tell = (news: News): void => {
    flux?.offer(news.id, news);
    const event = cloudEvents && cdEvent(news);
    if (event) cloudEvents.offer(news.id, event);
  };
  const newsOf = (deployment: Deployment): News => {
    const { id, pipeline, status, startedAt, finishedAt = startedAt } = deployment;
    const uid = world.pipeline(pipeline)?.metadata.uid ?? '';
    const effect = effectOf(deployment);
    return { type: 'deployed', id: `${id}.${status}`, at: Date.parse(finishedAt), pipeline, uid, deployment, effect };
  };
  const handOver = (url: string) => async (promotion: Handover) => {
    const { id, pipeline, uid, announcement } = promotion;
    const letter = fluxLetter({ type: 'announced', id, at: clock.now(), pipeline, uid, announcement }, identity);
    try {
      await post(letter, { url, agents, now: clock.now, signal: AbortSignal.timeout(patience), known: tooMany });
    } catch (error) {
      throw notHandedOver(error);
    }
  };
  return {
    announce: (action) => {
      // Each deployment is told with its record.
      if (isOfDeployment(action.announcement.reason)) return;
      const { pipeline, uid, announcement } = action;
      const at = clock.now();
      tell({ type: 'announced', id: idOf(action, at), at, pipeline, uid, announcement });
    },
    deployed: (deployments) => deployments.map(newsOf).forEach(tell),
    ...(eventsAddr === undefined ? {} : { handOver: handOver(eventsAddr) }),
    close: async (within) => {
      await Promise.all([flux?.close(within), cloudEvents?.close(within)]);
    },
  };
};
