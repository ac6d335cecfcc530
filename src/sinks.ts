import { Subject, type Observable } from 'rxjs';
import type { Objects } from './kube/call/objects.ts';
import type { Action, Outcome } from './model/action.ts';
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

/** The sinks of pull requests, with what git and the forges need, are loaded with the first promotion: a start needs none of it. */
const pullRequestsOf = ({ settings, clock, objects }: SinksDeps) => {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { createPullRequests } = await import('./sinks/pull-requests.ts');
    const { cacheDir, cacheSize: cacheBytes, gitAuthor: author, gitCommitter: committer } = settings;
    return createPullRequests({
      readSecret: objects.readSecret,
      clock,
      cacheDir,
      cacheBytes,
      author,
      committer,
      interval: settings.pullRequestInterval,
      // A forge that hangs must leave room for the Pipelines of others.
      perHost: Math.max(1, Math.floor(settings.concurrent / 2)),
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
  const pullRequests = pullRequestsOf(deps);
  const facts = new Subject<Fact>();
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
    'hand-over': handOver({
      objects,
      clock,
      ...(tell ? { tell } : {}),
      patience,
      onAnswer: ({ pipeline, environment }) => facts.next({ type: 'handover-answered', pipeline, environment }),
    }),
    'remove-annotation': removeAnnotation({ objects }),
  });
  return { perform, facts };
};
