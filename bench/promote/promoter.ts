import { monitorEventLoopDelay } from 'node:perf_hooks';
import { keepMemorySmall } from '../../src/keep-memory-small.ts';
import type { Promotion } from '../../src/model/action.ts';
import { parseSettings } from '../../src/settings.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { waitingForServers } from './waiting-for-servers.ts';

/** What is to be promoted, as soon as can be. */
export interface Order {
  readonly applications: readonly number[];
  readonly revision: string;
}

/**
 * Milliseconds: until the last branch was pushed and its pull request was there, how much of that a server was waited for, and the
 * longest that the event loop stood still.
 */
export interface Delivery {
  readonly opened: number;
  readonly waited: number;
  readonly blocked: number;
}

const [url = '', cacheDir = ''] = process.argv.slice(2);
const settings = parseSettings([], {});
if ('usageError' in settings) throw new Error(settings.usageError);

const turns = new Map<string, () => void>();

keepMemorySmall();
const { open } = createPullRequests({
  readSecret: () => Promise.resolve({ username: 'robot', token: 'token' }),
  clock: { now: () => Date.now() },
  cacheDir,
  concurrent: settings.concurrent,
  onTurn: ({ pipeline }) => turns.get(pipeline)?.(),
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

/** As the controller does it: what is told to wait comes again when its turn has come. */
const openOne = async (promotion: Promotion): Promise<void> => {
  const turn = new Promise<void>((resolve) => turns.set(promotion.pipeline, resolve));
  const outcome = await open({ type: 'open-pull-request', promotion });
  if (outcome.type === 'turn-pending') {
    await turn;
    await openOne(promotion);
    return;
  }
  if (outcome.type !== 'pull-request-seen' || !outcome.opened)
    throw new Error(`${promotion.pipeline}: no pull request was opened`);
};

const servers = waitingForServers();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

process.on('message', ({ applications, revision }: Order) => {
  delay.reset();
  servers.reset();
  const began = performance.now();
  void Promise.all(applications.map((application) => openOne(promotionOf(application, revision)))).then(() => {
    const delivery: Delivery = {
      opened: performance.now() - began,
      waited: servers.waited(),
      blocked: delay.max / 1e6,
    };
    process.send?.(delivery);
  });
});

// What is measured begins when the program stands; to be read it takes a turn of its own.
setImmediate(() => process.send?.('ready'));
