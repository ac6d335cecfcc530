import { Subject, type Observable } from 'rxjs';
import type { Objects } from './kube/call/objects.ts';
import type { Action, Outcome, PromotionIdentity } from './model/action.ts';
import type { Clock } from './model/clock.ts';
import type { Fact } from './model/fact.ts';
import type { Settings } from './settings.ts';
import { announce } from './sinks/announce.ts';
import { handOver } from './sinks/hand-over.ts';
import { createPerform } from './sinks/perform.ts';
import { removeAnnotation } from './sinks/remove-annotation.ts';
import { writeStatus } from './sinks/write-status.ts';
import type { Voice } from './voice.ts';
import { patience } from './voice/attempt.ts';

export interface SinksDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly objects: Objects;
  readonly voice: Pick<Voice, 'announce' | 'handOver'>;
}

/** Where every action ends, and the facts that come of actions later on. */
export interface Sinks {
  readonly perform: (action: Action) => Promise<Outcome>;
  readonly facts: Observable<Fact>;
}

/** What forges and git are shown of a Secret is text. */
const readTexts =
  ({ readSecret }: Pick<Objects, 'readSecret'>) =>
  async (namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined> => {
    const data = await readSecret(namespace, name);
    return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString()]));
  };

/** The sinks of pull requests, with what git and the forges need, are loaded with the first promotion: a start needs none of it. */
const pullRequestsOf = ({ settings, clock, objects }: SinksDeps, unblock: (promotion: PromotionIdentity) => void) => {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { createPullRequests } = await import('./sinks/pull-requests.ts');
    const { cacheDir, cacheSize: cacheBytes, gitAuthor: author, gitCommitter: committer } = settings;
    return createPullRequests({
      readSecret: readTexts(objects),
      clock,
      cacheDir,
      cacheBytes,
      author,
      committer,
      interval: settings.pullRequestInterval,
      concurrent: settings.concurrent,
      onTurn: unblock,
      insecureHttp: settings.insecureRepositoryHttp,
      proxies: settings,
    });
  };
  return () => (loading ??= load());
};

/** Everything that Leafwatch does to the outside. */
export const createSinks = (deps: SinksDeps): Sinks => {
  const { objects, clock, voice } = deps;
  const { handOver: tell } = voice;
  const record = announce({ objects });
  const facts = new Subject<Fact>();
  const unblock = ({ pipeline, environment }: PromotionIdentity) =>
    facts.next({ type: 'promotion-unblocked', pipeline, environment });
  const pullRequests = pullRequestsOf(deps, unblock);
  const perform = createPerform({
    'write-status': writeStatus({ objects }),
    announce: (action) => {
      voice.announce(action);
      return record(action);
    },
    'open-pull-request': async (action) => (await pullRequests()).open(action),
    'follow-pull-request': async (action) => (await pullRequests()).follow(action),
    'set-check': async (action) => (await pullRequests()).setCheck(action),
    'close-pull-request': async (action) => (await pullRequests()).close(action),
    'withdraw-pull-request': async (action) => (await pullRequests()).withdraw(action),
    'leave-pull-request': async (action) => (await pullRequests()).leave(action),
    'hand-over': handOver({
      objects,
      clock,
      ...(tell ? { tell } : {}),
      patience,
      onAnswer: unblock,
    }),
    'remove-annotation': removeAnnotation({ objects }),
  });
  return { perform, facts };
};
