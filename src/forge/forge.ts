import type { MergeMethod } from '../model/pipeline-spec.ts';
import type { CheckState, PullRequestStatus } from '../model/pipeline-status.ts';
import type { Fetch } from '../web/web-fetch.ts';

interface PullRequestProposal {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** A pull request as its forge has it now. One that is open although its branch is gone counts as closed. */
export interface SeenPullRequest extends Pick<PullRequestStatus, 'url' | 'number' | 'branch' | 'state'> {
  readonly base: string;
  /** The commit at the tip of its branch; of one that is merged or closed, the last that was there. */
  readonly head: string;
}

/** Where a list of changes ended: what the next one goes on from. Only the forge that made it reads it. */
export interface Mark {
  readonly etag?: string | undefined;
  /** When the newest pull request of the list was changed, in the forge's own words. */
  readonly updated?: string | undefined;
}

/** A commit status. */
export interface Check {
  /** Its name, by which a branch rule requires it. */
  readonly context: string;
  readonly state: CheckState;
  /** One sentence; a forge that takes less gets its beginning. */
  readonly description: string;
}

/**
 * The pull requests of one repository; all of them have their branch in the repository itself, not in a fork. What a forge refuses is
 * thrown as a FailureError with the forge's own words. Each request can be repeated: doing it twice is doing it once.
 */
export interface Forge {
  /** Makes sure, as far as the forge tells, that the token may write to the repository and that it has the base branch; nothing is changed. */
  readonly validate: (base: string) => Promise<void>;
  /** The newest pull request of exactly this head and base, in whatever state. */
  readonly find: (branch: string, base: string) => Promise<SeenPullRequest | undefined>;
  /** The open pull requests of a branch, into whatever base: their strategy may have named another one then. */
  readonly openOf: (branch: string) => Promise<readonly SeenPullRequest[]>;
  /** Opens one, or finds the one that is there already; `opened` tells which. */
  readonly open: (
    proposal: PullRequestProposal,
  ) => Promise<{ readonly pullRequest: SeenPullRequest; readonly opened: boolean }>;
  readonly read: (number: number) => Promise<SeenPullRequest>;
  /** By one request as a rule: what was changed since `mark`; without one the newest page of all. What is in the list may also be unchanged. */
  readonly changes: (
    mark?: Mark,
  ) => Promise<{ readonly pullRequests: readonly SeenPullRequest[]; readonly mark: Mark }>;
  /** Those of these open pull requests that conflict with their base, as far as the forge knows by now; by one request as a rule. */
  readonly conflicting: (numbers: readonly number[]) => Promise<readonly number[]>;
  readonly edit: (number: number, text: Pick<PullRequestProposal, 'title' | 'body'>) => Promise<void>;
  /** Comments, unless the comment is there already, and closes. */
  readonly close: (number: number, comment: string) => Promise<void>;
  /** Writes a status of the commit `head`. */
  readonly setCheck: (head: string, check: Check) => Promise<void>;
  /** Adds labels, by name; absent where pull requests have none. */
  readonly addLabels?: (number: number, labels: readonly string[]) => Promise<void>;
  /** Asks for reviews; a name with a slash is a team of an organisation. */
  readonly requestReviews?: (number: number, reviewers: readonly string[]) => Promise<void>;
  /** Has the forge merge it once all that it requires is there, at once if it is; absent where a forge cannot. */
  readonly autoMerge?: (pullRequest: SeenPullRequest, method: MergeMethod) => Promise<void>;
}

/** How a forge is asked: the API token, a fetch that trusts the forge's authority, and the time (milliseconds). */
export interface ForgeAccess {
  readonly token: string;
  readonly fetch: Fetch;
  readonly now: () => number;
}
