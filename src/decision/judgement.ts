/**
 * What the rule says of one environment as a destination: `promote` it now, `nothing` is due, `wait` (for something that
 * comes by itself, latest at `until`), `hold` (until a person does something), or `blink` (a cluster was just lost: decide later, say nothing).
 * `reason` is a code for conditions and metrics; `message` one sentence for the person on call. Times are milliseconds.
 */
export interface Judgement {
  readonly type: 'promote' | 'nothing' | 'wait' | 'hold' | 'blink';
  readonly reason: Reason;
  readonly message: string;
  readonly revision?: string;
  readonly until?: number;
}

/** Every answer that the rule can give. */
export type Reason =
  | 'FirstEnvironment'
  | 'UpToDate'
  | 'ClusterUnseen'
  | 'SourceNotSettled'
  | 'SourcesDisagree'
  | 'Downgrade'
  | 'DirectionUnknown'
  | 'NoStrategy'
  | 'NotHonouredYet'
  | 'Suspended'
  | 'VersionOutOfRange'
  | 'Soaking'
  | 'ApprovalRequired'
  | 'Rejected'
  | 'PromotionDue'
  | 'RetryingLater'
  | 'PullRequestOpen'
  | 'RollingOut'
  | 'PullRequestClosed'
  | 'PromotionFailed'
  | 'AlreadyPromoted';

export const promote = (revision: string, message: string): Judgement => ({
  type: 'promote',
  reason: 'PromotionDue',
  revision,
  message,
});

export const nothing = (reason: Reason, message: string): Judgement => ({ type: 'nothing', reason, message });

export const wait = (
  reason: Reason,
  message: string,
  about: { revision?: string; until?: number } = {},
): Judgement => ({
  type: 'wait',
  reason,
  message,
  ...about,
});

export const hold = (reason: Reason, message: string, revision?: string): Judgement => ({
  type: 'hold',
  reason,
  message,
  ...(revision === undefined ? {} : { revision }),
});

export const blink = (until: number): Judgement => ({ type: 'blink', reason: 'ClusterUnseen', message: '', until });
