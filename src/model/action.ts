import type { Failure } from './failure.ts';
import type { ObjectKey } from './object-key.ts';
import type { PullRequestStrategy } from './pipeline-spec.ts';
import type { CheckState, PipelineStatus, PullRequestStatus } from './pipeline-status.ts';
import type { SeenPipeline } from './pipeline.ts';

/** One revision on its way into one environment, however it is brought there. */
export interface PromotionIdentity {
  readonly pipeline: ObjectKey;
  readonly environment: string;
  readonly revision: string;
  readonly from: string;
}

/** A promotion by pull request: its branch is its identity on the forge. */
export interface Promotion extends PromotionIdentity {
  readonly strategy: PullRequestStrategy;
  readonly text: PullRequestText;
  /** Branches of promotions that this one replaces; their pull requests are closed once this one is open. */
  readonly supersedes: readonly string[];
  /** Whether a newer revision may be replaced by it. */
  readonly allowDowngrade?: boolean;
  /** Nothing is remembered of this revision: it is promoted for the first time, or the memory of it was lost. */
  readonly forgotten?: boolean;
}

/** Branch, title and commit message are functions of (pipeline, environment, revision, retry) alone; the body holds the evidence of its moment. */
export interface PullRequestText {
  readonly branch: string;
  readonly title: string;
  readonly commitMessage: string;
  readonly body: string;
}

/** A promotion that is handed over to other tooling, which is told of it by an event. */
export interface Handover extends PromotionIdentity {
  /** The Pipeline's. */
  readonly uid: string;
  /** The same however often it is told, also by another process, and never that of another promotion: by it a receiver knows a repeat. */
  readonly id: string;
  readonly announcement: Announcement;
}

/** Something worth a Kubernetes Event on the Pipeline. */
export interface Announcement {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The same for programs, by short names such as `environment`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Since when that is so, where it may be so more than once. */
  readonly since?: string;
}

/** Whether the evidence for a promotion holds, as its commit status says it; `reason` is a code, `description` one sentence. */
export interface Check {
  readonly state: CheckState;
  readonly reason: string;
  readonly description: string;
}

/** Everything that Leafwatch does to the outside. Each action can be repeated: doing it twice is doing it once. */
export type Action =
  /** Replaces the status, if the object is still the one of `resourceVersion`. */
  | {
      readonly type: 'write-status';
      readonly pipeline: ObjectKey;
      readonly uid: string;
      readonly resourceVersion: string;
      readonly status: PipelineStatus;
    }
  /** Finds the promotion's pull request in whatever state, or else pushes its branch and opens it. */
  | { readonly type: 'open-pull-request'; readonly promotion: Promotion }
  /** Asks the forge what has become of a pull request; where the destination has `arrived` at the revision all the same, also whether it is needed. */
  | {
      readonly type: 'follow-pull-request';
      readonly promotion: Promotion;
      readonly pullRequest: PullRequestStatus;
      readonly arrived?: true;
    }
  /** Writes the commit status of the promotion on the commit `head`. */
  | { readonly type: 'set-check'; readonly promotion: Promotion; readonly head: string; readonly check: Check }
  /** Closes the promotion's pull request, if it has an open one, with a comment that says why; it gets none after that. */
  | { readonly type: 'close-pull-request'; readonly promotion: Promotion; readonly comment: string }
  /** Closes one pull request that was opened too late, and that the promotion does not go on with. */
  | {
      readonly type: 'withdraw-pull-request';
      readonly promotion: Promotion;
      readonly number: number;
      readonly comment: string;
    }
  /** Closes what is open of the promotion, and of those that it replaces, in a repository that the spec names no more, with a comment that says why. */
  | { readonly type: 'leave-pull-request'; readonly promotion: Promotion; readonly comment: string }
  /** Hands the promotion over to other tooling by an event. */
  | { readonly type: 'hand-over'; readonly promotion: Handover }
  /** Takes an annotation off the Pipeline, if it still says `value`: what a person has written meanwhile stays. */
  | {
      readonly type: 'remove-annotation';
      readonly pipeline: ObjectKey;
      readonly uid: string;
      readonly annotation: string;
      readonly value: string;
      /** What people are told once it is off. */
      readonly announcement?: Announcement;
    }
  | {
      readonly type: 'announce';
      readonly pipeline: ObjectKey;
      readonly uid: string;
      readonly announcement: Announcement;
    };

export type ActionOf<T extends Action['type']> = Extract<Action, { type: T }>;

/** What became of an action. */
export type Outcome =
  | { readonly type: 'status-written'; readonly pipeline: SeenPipeline }
  /** Somebody else changed the object first; `pipeline` is what it is now, or undefined when it is gone. */
  | { readonly type: 'status-conflict'; readonly pipeline: SeenPipeline | undefined }
  | {
      readonly type: 'pull-request-seen';
      readonly promotion: Promotion;
      readonly pullRequest: PullRequestStatus;
      readonly opened: boolean;
    }
  /** The pull request was made into another base or repository than the spec names by now: it is closed, and the promotion begins anew; `trouble` is why a branch is left there. */
  | { readonly type: 'pull-request-left'; readonly promotion: Promotion; readonly trouble?: string }
  /** Others are at the host of its repository: it is not asked before its turn, or `until` (milliseconds) where nobody says that it has come. */
  | { readonly type: 'turn-pending'; readonly promotion: Promotion; readonly host: string; readonly until: number }
  | { readonly type: 'check-set'; readonly promotion: Promotion; readonly head: string; readonly check: Check }
  /** Nobody has said yet that its event came: at `until` (milliseconds) it is asked about again, if nothing is heard before. */
  | { readonly type: 'handover-pending'; readonly promotion: Handover; readonly until: number }
  | { readonly type: 'handed-over'; readonly promotion: Handover }
  /** The base branch says the revision already: no branch was pushed, or its pull request, which was not needed any more, is closed. */
  | {
      readonly type: 'nothing-to-change';
      readonly promotion: Promotion;
      readonly pullRequest?: PullRequestStatus;
    }
  /** Nothing was remembered of it, and its pull request was merged long ago: the base branch says something else by now. */
  | { readonly type: 'promoted-before'; readonly promotion: Promotion; readonly pullRequest: PullRequestStatus }
  /** A promotion has been closed for a person, with its pull request where it had one. */
  | {
      readonly type: 'promotion-closed';
      readonly promotion: Promotion;
      readonly pullRequest: PullRequestStatus | undefined;
    }
  /** The one that was opened too late is open no more. */
  | { readonly type: 'pull-request-withdrawn'; readonly promotion: Promotion; readonly url: string }
  /** `seen` is the Pipeline after it; undefined when there was nothing to remove any more. */
  | {
      readonly type: 'annotation-removed';
      readonly pipeline: ObjectKey;
      readonly annotation: string;
      readonly value: string;
      /** Whether it was there to be taken off. */
      readonly removed: boolean;
      readonly seen: SeenPipeline | undefined;
    }
  | { readonly type: 'announced'; readonly pipeline: ObjectKey; readonly announcement: Announcement }
  | { readonly type: 'failed'; readonly action: Action; readonly failure: Failure };
