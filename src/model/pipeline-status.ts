import { z } from 'zod';

const time = z.string().meta({ format: 'date-time' });

export const Condition = z.object({
  type: z.string().describe('Ready, Reconciling, Stalled, PromotionPending or CertificateExpiring.'),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1),
  message: z.string(),
  observedGeneration: z.int().optional(),
  lastTransitionTime: time,
});
export type Condition = z.infer<typeof Condition>;

export const TargetStatus = z.object({
  clusterAppRef: z
    .object({
      apiVersion: z.string(),
      kind: z.string(),
      name: z.string(),
      namespace: z.string().optional(),
      cluster: z
        .string()
        .optional()
        .describe('`<namespace>/<name>` of the cluster; absent for the management cluster.'),
    })
    .describe('The application object that was looked at, and where.'),
  namespace: z.string(),
  ready: z.boolean().describe('Whether the application is settled and healthy here.'),
  revision: z.string().optional().describe('The version that is deployed here.'),
  message: z.string().optional().describe('What the application object says of itself.'),
  error: z.string().optional().describe('Why nothing current is known of this target.'),
  unseenSince: time.optional().describe('Since when nothing current is known, where that can be told.'),
  lastTransitionTime: time.optional().describe('When `ready` or `revision` last changed.'),
});
export type TargetStatus = z.infer<typeof TargetStatus>;

export const PullRequestStatus = z.object({
  url: z.string(),
  number: z.int(),
  branch: z.string(),
  state: z.enum(['open', 'merged', 'closed']),
});
export type PullRequestStatus = z.infer<typeof PullRequestStatus>;

/** The states of a promotion, in the order in which they are usually passed. */
export const PromotionState = z.enum(['Opening', 'Open', 'Merged', 'Succeeded', 'Closed', 'Superseded', 'Failed']);
export type PromotionState = z.infer<typeof PromotionState>;

export const PromotionRecord = z.object({
  revision: z.string().describe('The version that is promoted.'),
  from: z.string().describe('The environment it comes from.'),
  state: PromotionState,
  reason: z.string().optional().describe('Why the last attempt did not succeed, as one word.'),
  message: z.string().optional().describe('Why the last attempt did not succeed, as a sentence.'),
  attempts: z.int().optional().describe('Attempts that did not succeed since the last that did.'),
  startedAt: time,
  lastAttemptedTime: time.optional(),
  pullRequest: PullRequestStatus.optional(),
});
export type PromotionRecord = z.infer<typeof PromotionRecord>;

export const PromotionHistoryEntry = z.object({
  revision: z.string(),
  from: z.string(),
  state: PromotionState,
  startedAt: time,
  finishedAt: time,
});
export type PromotionHistoryEntry = z.infer<typeof PromotionHistoryEntry>;

export const EnvironmentStatus = z.object({
  revision: z.string().optional().describe('What all targets of the environment run, when they agree.'),
  message: z
    .string()
    .optional()
    .describe('One sentence: what the environment waits for, since when, whose turn it is.'),
  waitingApproval: z.object({ revision: z.string().describe('The version that waits for a person.') }).optional(),
  targets: z.array(TargetStatus).optional(),
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
  conditions: z
    .array(Condition)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  environments: z.record(z.string(), EnvironmentStatus).optional(),
});
export type PipelineStatus = z.infer<typeof PipelineStatus>;
