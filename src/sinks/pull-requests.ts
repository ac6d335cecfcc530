import { createForge } from '../forge/create-forge.ts';
import { githubAppTokens } from '../forge/github-app.ts';
import { createRepositories, type RepositoriesOptions } from '../git/repositories.ts';
import { createAgents } from '../web/agents.ts';
import type { PromotionIdentity } from '../model/action.ts';
import type { Proxies } from '../web/proxies.ts';
import { closePullRequest } from './close-pull-request.ts';
import { followPullRequest } from './follow-pull-request.ts';
import type { PullRequestDeps } from './forge-access.ts';
import { hostSlots } from './host-slots.ts';
import { leavePullRequest } from './leave-pull-request.ts';
import { openPullRequest } from './open-pull-request.ts';
import { pullRequestBoard } from './pull-request-board.ts';
import { withdrawPullRequest } from './withdraw-pull-request.ts';
import { setCheck } from './set-check.ts';

export interface PullRequestOptions
  extends Pick<PullRequestDeps, 'readSecret' | 'clock'>, Omit<RepositoriesOptions, 'clock'> {
  /** How often the pull requests of a repository are listed, milliseconds. */
  readonly interval?: number;
  /** How many promotions are worked on at a time; half of them at most at one host, so that one that hangs leaves room for the others. */
  readonly concurrent?: number;
  /** Is told whose turn at a host has come. */
  readonly onTurn?: (promotion: PromotionIdentity) => void;
  readonly insecureHttp?: boolean;
  /** On the way to forges and repositories; none when absent. */
  readonly proxies?: Proxies;
}

/** When a promotion looks by itself whether it is its turn; milliseconds. */
const patience = 60_000;

/** For so long a slot is kept for a promotion whose turn has come: its Pipeline is looked at within that, also where the API server is slow; milliseconds. */
const grace = 5_000;

/** The sinks of the pull-request strategy on the real forges. */
export const createPullRequests = ({
  readSecret,
  clock,
  interval = 60_000,
  concurrent = 50,
  onTurn = () => undefined,
  insecureHttp = false,
  proxies = {},
  ...options
}: PullRequestOptions) => {
  const { now } = clock;
  const deps: PullRequestDeps = {
    readSecret,
    clock,
    createForge,
    appTokens: githubAppTokens({ now }),
    repositories: createRepositories({ ...options, clock }),
    board: pullRequestBoard({ now, interval }),
    slots: hostSlots({
      limit: Math.max(1, Math.floor(concurrent / 2)),
      ...{ patience, grace, clock, onTurn },
      later: (run, delay) => void setTimeout(run, delay).unref(),
    }),
    agents: createAgents(proxies),
    insecureHttp,
  };
  return {
    open: openPullRequest(deps),
    follow: followPullRequest(deps),
    close: closePullRequest(deps),
    withdraw: withdrawPullRequest(deps),
    leave: leavePullRequest(deps),
    setCheck: setCheck(deps),
  };
};
