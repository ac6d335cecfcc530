import { createForge } from '../forge/create-forge.ts';
import { githubAppTokens } from '../forge/github-app.ts';
import { createRepositories, type RepositoriesOptions } from '../git/repositories.ts';
import { createAgents } from '../web/agents.ts';
import type { Proxies } from '../web/proxies.ts';
import { closePullRequest } from './close-pull-request.ts';
import { followPullRequest } from './follow-pull-request.ts';
import type { PullRequestDeps } from './forge-access.ts';
import { hostSlots } from './host-slots.ts';
import { openPullRequest } from './open-pull-request.ts';
import { pullRequestBoard } from './pull-request-board.ts';
import { setCheck } from './set-check.ts';

export interface PullRequestOptions
  extends Pick<PullRequestDeps, 'readSecret' | 'clock'>, Omit<RepositoriesOptions, 'clock'> {
  /** How often the pull requests of a repository are listed, milliseconds. */
  readonly interval?: number;
  /** How many promotions may be at one host at a time. */
  readonly perHost?: number;
  readonly insecureHttp?: boolean;
  /** On the way to forges and repositories; none when absent. */
  readonly proxies?: Proxies;
}

/** How long promotions wait behind others for a slow host; milliseconds. */
const patience = 2000;

/** The sinks of the pull-request strategy on the real forges. */
export const createPullRequests = ({
  readSecret,
  clock,
  interval = 60_000,
  perHost = 2,
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
    slots: hostSlots({ limit: perHost, patience }),
    agents: createAgents(proxies),
    insecureHttp,
  };
  return {
    open: openPullRequest(deps),
    follow: followPullRequest(deps),
    close: closePullRequest(deps),
    setCheck: setCheck(deps),
  };
};
