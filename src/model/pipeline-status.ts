import { z } from 'zod';
import { DeploymentEntry } from './deployment-entry.ts';
import { MergeMethod, PullRequestStrategy } from './pipeline-spec.ts';
import { Time } from './time.ts';

export const Condition = z.object({
  type: z
    .string()
    .describe(
      'Ready, Reconciling, Stalled, PromotionPending, PullRequestIncomplete, AnnotationIgnored, NotHonoured or CertificateExpiring.',
    ),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1),
  message: z.string(),
  observedGeneration: z.int().optional(),
  lastTransitionTime: Time,
});
export type Condition = z.infer<typeof Condition>;

export const TargetStatus = z.object({
  clusterAppRef: z
    .object({
      apiVersion: z.string().optional(),
      kind: z.string().optional(),
      name: z.string(),
      namespace: z.string().optional(),
      cluster: z
        .string()
        .optional()
        .describe('`<namespace>/<name>` of the cluster; absent for the management cluster.'),
    })
    .optional()
    .describe(
      'The application object that was looked at, and where. Targets stand in the order of the spec: a Pipeline of more than a hundred says only of some that are not ready which they are.',
    ),
  namespace: z.string().optional(),
  ready: z.boolean().describe('Whether the application is settled and healthy here.'),
  state: z
    .enum(['progressing', 'failed', 'suspended', 'missing'])
    .optional()
    .describe('What it is instead, as it was last seen, when it is not settled and healthy.'),
  detectedBy: z
    .enum(['Webhook'])
    .optional()
    .describe('How it is known when its cluster is not watched: by signed events alone.'),
  revision: z
    .string()
    .optional()
    .describe('The version that is deployed here; with more than a hundred targets, only where they differ.'),
  message: z.string().optional().describe('What the application object says of itself.'),
  error: z.string().optional().describe('Why nothing current is known of this target.'),
  unseenSince: Time.optional().describe('Since when nothing current is known, where that can be told.'),
  lastTransitionTime: Time.optional().describe('When `ready` or `revision` last changed.'),
});
export type TargetStatus = z.infer<typeof TargetStatus>;

export const CheckState = z.enum(['success', 'pending', 'failure']);
export type CheckState = z.infer<typeof CheckState>;

/** The commit status by which a forge knows whether the evidence for a promotion still holds. */
export const CheckStatus = z.object({
  head: z.string().describe('The commit that it was written on.'),
  state: CheckState,
  reason: z.string().describe('What the state comes from, as one word.'),
  error: z.string().optional().describe('Why the forge has not taken it.'),
});
export type CheckStatus = z.infer<typeof CheckStatus>;

export const GrantedWishes = z.object({
  labels: z.array(z.string()).optional(),
  reviewers: z.array(z.string()).optional(),
  autoMerge: MergeMethod.optional().describe('How it is to be merged by the forge itself.'),
});
export type GrantedWishes = z.infer<typeof GrantedWishes>;

export const PullRequestStatus = z.object({
  url: z.string(),
  number: z.int(),
  branch: z.string(),
  state: z.enum(['open', 'merged', 'closed']),
  head: z.string().optional().describe('The commit at the tip of its branch, as it was last seen.'),
  check: CheckStatus.optional().describe('The commit status as it was last written.'),
  granted: GrantedWishes.optional().describe('What the forge has done of what the strategy asks for besides.'),
  unclosed: z
    .boolean()
    .optional()
    .describe('Whether one that it replaces could not be closed: that is tried again while this one is open.'),
  trouble: z.string().optional().describe('Why something besides the pull request itself was not done.'),
});
export type PullRequestStatus = z.infer<typeof PullRequestStatus>;

/** The states of a promotion, in the order in which they are usually passed. */
export const PromotionState = z.enum([
  'Opening',
  'Open',
  'Notified',
  'Merged',
  'Succeeded',
  'Closed',
  'Superseded',
  'Failed',
]);
export type PromotionState = z.infer<typeof PromotionState>;

/** How the repository of a pull request is reached, and the branch that it is made against. */
export const PullRequestRepository = PullRequestStrategy.pick({
  type: true,
  url: true,
  baseBranch: true,
  secretRef: true,
});
export type PullRequestRepository = z.infer<typeof PullRequestRepository>;

const Approval = z.object({
  at: Time,
  by: z.string().optional().describe('Who approved, as the annotation `approved-by` says.'),
});

const retry = z.int().optional().describe('How often a person has asked for this promotion anew.');
const took = z.string().optional().describe('From the start of the promotion until its destination had settled on it.');

export const PromotionRecord = z.object({
  revision: z.string().describe('The version that is promoted.'),
  from: z.string().describe('The environment it comes from.'),
  state: PromotionState,
  retry,
  approval: Approval.optional(),
  firstSettledAt: Time.optional().describe('When the first environment had settled on the version, if that was seen.'),
  reason: z.string().optional().describe('Why the last attempt did not succeed, as one word.'),
  message: z.string().optional().describe('Why the last attempt did not succeed, as a sentence.'),
  remedy: z
    .enum(['wait', 'give-up'])
    .optional()
    .describe(
      'What the last failure needs where it does not pass by itself: `wait` for what the message names, or `give-up` until somebody changes something. It is tried again all the same.',
    ),
  attempts: z.int().optional().describe('Attempts that did not succeed since the last that did.'),
  failedSince: Time.optional().describe(
    'Since when it is known that a person has to mend something; no attempt has succeeded since.',
  ),
  startedAt: Time,
  finishedAt: Time.optional(),
  took,
  lastAttemptedTime: Time.optional(),
  pullRequest: PullRequestStatus.optional(),
  repository: PullRequestRepository.optional().describe(
    'The repository in which its pull request is being opened, or is open: there it is closed when the spec names another one.',
  ),
});
export type PromotionRecord = z.infer<typeof PromotionRecord>;

export const PromotionHistoryEntry = z.object({
  revision: z.string(),
  from: z.string(),
  state: PromotionState,
  reason: z.string().optional().describe('Why it ended so, as one word: `Rejected` by a person, or how it failed.'),
  retry,
  startedAt: Time,
  finishedAt: Time,
  took,
});
export type PromotionHistoryEntry = z.infer<typeof PromotionHistoryEntry>;

/** What a signed event has said of a target whose cluster is not watched. */
export const WebhookEvidence = z.object({
  revision: z.string().optional().describe('The version that was deployed, when it was.'),
  attempted: z.string().optional().describe('The version that the event is about.'),
  appVersion: z.string().optional().describe('The version of the application in it, when it was deployed.'),
  succeeded: z.boolean(),
  reason: z.string().describe('The reason of the event, such as `UpgradeSucceeded`.'),
  message: z.string(),
  at: Time.describe('The time that the event itself names; a newer one wins.'),
});
export type WebhookEvidence = z.infer<typeof WebhookEvidence>;

export const EnvironmentStatus = z.object({
  revision: z.string().optional().describe('What all targets of the environment run, when they agree.'),
  healthySince: Time.optional().describe(
    'Since when all targets are settled on `revision` and healthy, without a break.',
  ),
  message: z
    .string()
    .optional()
    .describe('One sentence: what the environment waits for, since when, whose turn it is.'),
  waitingApproval: z.object({ revision: z.string().describe('The version that waits for a person.') }).optional(),
  targets: z.array(TargetStatus).optional(),
  evidence: z
    .record(z.string(), WebhookEvidence)
    .optional()
    .describe('What signed events have said of targets that are not watched, by `<cluster> <namespace>/<name>`.'),
  deployments: z
    .array(DeploymentEntry)
    .optional()
    .describe(
      'The versions that came here, newest first: at most ten, and two in a Pipeline with more than a hundred targets.',
    ),
  promotion: PromotionRecord.optional().describe('The newest promotion into this environment.'),
  history: z.array(PromotionHistoryEntry).optional().describe('Earlier promotions, newest first, at most ten.'),
});
export type EnvironmentStatus = z.infer<typeof EnvironmentStatus>;

/** What Leafwatch writes: the whole state of a Pipeline; there is no other store. */
export const PipelineStatus = z.object({
  observedGeneration: z.int().optional(),
  lastHandledReconcileAt: z
    .string()
    .optional()
    .describe('The last `reconcile.fluxcd.io/requestedAt` that was acted upon.'),
  summary: z
    .string()
    .optional()
    .describe('The Pipeline at a glance: what each environment runs, and what it waits for.'),
  conditions: z
    .array(Condition)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  environments: z.record(z.string(), EnvironmentStatus).optional(),
});
export type PipelineStatus = z.infer<typeof PipelineStatus>;
