import type { PullRequestStatus } from '../model/pipeline-status.ts';
import type { Fetch } from './web-fetch.ts';

export interface PullRequestProposal {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** The pull requests of one repository. What a forge refuses is thrown as a FailureError with the forge's own words. */
export interface Forge {
  /** The newest pull request of exactly this head and base, in whatever state. */
  readonly find: (branch: string, base: string) => Promise<PullRequestStatus | undefined>;
  /** Opens one, or finds the one that is there already; `opened` tells which. */
  readonly open: (
    proposal: PullRequestProposal,
  ) => Promise<{ readonly pullRequest: PullRequestStatus; readonly opened: boolean }>;
  readonly read: (number: number) => Promise<PullRequestStatus>;
  /** Comments, unless the comment is there already, and closes. */
  readonly close: (number: number, comment: string) => Promise<void>;
}

/** How a forge is asked: the API token, a fetch that trusts the forge's authority, and the time (milliseconds). */
export interface ForgeAccess {
  readonly token: string;
  readonly fetch: Fetch;
  readonly now: () => number;
}
