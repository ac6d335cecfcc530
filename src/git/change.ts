import type { Failure } from '../model/failure.ts';
import type { CommitAuthor } from './commit.ts';
import type { Untouched } from './edit-tree.ts';
import type { Marker } from './marker.ts';
import type { CloneLimits } from './save-pack.ts';

/** A revision to be written at all scalars of one marker, in one commit on a branch of its own. */
export interface ChangeRequest {
  readonly base: string;
  readonly branch: string;
  /** The folder that is searched; the whole repository when absent. */
  readonly path?: string | undefined;
  readonly marker: Marker;
  readonly revision: string;
  readonly message: string;
  /** Refuses to write the revision where the base says a newer one. */
  readonly forwardOnly?: boolean;
  /** It was looked at just now: what the repository said then is relied on, unless something was pushed to it since. */
  readonly lookedAt?: boolean;
  /** Makes a branch anew that is there, and refuses to push one that is not. */
  readonly anew?: boolean;
}

export type ProposedChange =
  | { readonly type: 'pushed'; readonly head: string; readonly untouched: readonly Untouched[] }
  /** The branch is there: with this very change, or with a commit that is not ours, which is kept. */
  | {
      readonly type: 'already-there';
      readonly head: string;
      readonly isOurs: boolean;
      readonly untouched: readonly Untouched[];
    }
  /** The base says the revision already; nothing was pushed. `isOurs` is whether all on the branch is, if that is there. */
  | { readonly type: 'nothing-to-change'; readonly isOurs: boolean; readonly untouched: readonly Untouched[] }
  /** No scalar carries the marker in the `searched` files; nothing was pushed. `untouched` may hold one all the same. */
  | { readonly type: 'no-marker'; readonly searched: number; readonly untouched: readonly Untouched[] };

/** What a base says of a change that is only looked at: `to-change` is what would be pushed otherwise. */
export type LookedAt =
  { readonly type: 'to-change' } | Extract<ProposedChange, { type: 'nothing-to-change' | 'no-marker' }>;

/** A branch that was pushed for a change into `base` and is no longer needed. */
export interface BranchRemoval {
  readonly branch: string;
  readonly base: string;
}

/** What became of a branch: a person's commit keeps it. */
export type RemovedBranch = 'removed' | 'gone' | 'kept';

/** What is to be done with one branch of a repository. */
export type Task =
  ({ readonly type: 'propose' | 'look' } & ChangeRequest) | ({ readonly type: 'remove' } & BranchRemoval);

export type TaskResult = ProposedChange | LookedAt | RemovedBranch;

/** What became of a task: each has an outcome of its own. */
export type TaskOutcome =
  { readonly type: 'done'; readonly result: TaskResult } | { readonly type: 'failed'; readonly failure: Failure };

/** What is done to one repository by one fetch and one push. No two tasks are about the same branch. */
export interface Batch {
  readonly url: string;
  /** Where the clone is; its folder holds those of all repositories. */
  readonly dir: string;
  readonly tasks: readonly Task[];
  readonly author: CommitAuthor;
  readonly committer: CommitAuthor;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly limits: CloneLimits;
  /** Bytes that all clones together may take. */
  readonly cacheBytes: number;
}
