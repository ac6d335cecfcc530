import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createForge } from '../../src/forge/create-forge.ts';
import { createRepositories } from '../../src/git/repositories.ts';
import { keepMemorySmall } from '../../src/keep-memory-small.ts';
import type { Promotion } from '../../src/model/action.ts';
import { openPullRequest } from '../../src/sinks/open-pull-request.ts';
import { pullRequestBoard } from '../../src/sinks/pull-request-board.ts';
import { createAgents } from '../../src/web/agents.ts';
import { waitingForServers } from './waiting-for-servers.ts';

/** What is to be promoted, all at once. */
export interface Order {
  readonly applications: readonly number[];
  readonly revision: string;
}

/**
 * Milliseconds: until the last branch was pushed, until the last pull request was there, how much of that a server was waited for,
 * and the longest that the event loop stood still.
 */
export interface Delivery {
  readonly pushed: number;
  readonly opened: number;
  readonly waited: number;
  readonly blocked: number;
}

const [url = '', cacheDir = ''] = process.argv.slice(2);
const clock = { now: () => Date.now() };
let pushedAt = 0;

keepMemorySmall();
const repositories = createRepositories({ cacheDir, clock });
const open = openPullRequest({
  readSecret: () => Promise.resolve({ username: 'robot', token: 'token' }),
  clock,
  createForge,
  appTokens: () => Promise.reject(new Error('no GitHub App here')),
  board: pullRequestBoard({ ...clock, interval: 60_000 }),
  // All at once, as no controller does: it is git that is measured.
  slots: (_, work) => work(),
  agents: createAgents(),
  insecureHttp: false,
  repositories: {
    ...repositories,
    proposeChange: async (change) => {
      const proposed = await repositories.proposeChange(change);
      if (proposed.type !== 'pushed') throw new Error(`${change.branch}: ${proposed.type}`);
      pushedAt = performance.now();
      return proposed;
    },
  },
});

const promotionOf = (application: number, revision: string): Promotion => ({
  pipeline: `apps/app-${application}`,
  environment: 'prod',
  revision,
  from: 'staging',
  strategy: { type: 'github', url, baseBranch: 'main', secretRef: { name: 'forge' } },
  text: {
    branch: `promotions/apps/app-${application}/prod/${revision}`,
    title: `Promote apps/app-${application} in prod to ${revision}`,
    commitMessage: `chore: promote apps/app-${application} in prod to ${revision}`,
    body: 'evidence\n',
  },
  supersedes: [],
});

const servers = waitingForServers();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

process.on('message', ({ applications, revision }: Order) => {
  delay.reset();
  servers.reset();
  const began = performance.now();
  const promotions = applications.map((application) => promotionOf(application, revision));
  void Promise.all(promotions.map((promotion) => open({ type: 'open-pull-request', promotion }))).then(() => {
    const delivery: Delivery = {
      pushed: pushedAt - began,
      opened: performance.now() - began,
      waited: servers.waited(),
      blocked: delay.max / 1e6,
    };
    process.send?.(delivery);
  });
});

// What is measured begins when the program stands; to be read it takes a turn of its own.
setImmediate(() => process.send?.('ready'));
