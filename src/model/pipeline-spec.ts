import { z } from 'zod';

/** A CEL rule of the CRD: what types cannot say. */
const rule = (expression: string, message: string) => ({
  'x-kubernetes-validations': [{ rule: expression, message }],
});

const text = (description: string) => z.string().min(1).max(2048).describe(description);

const dnsLabel = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

const duration = z
  .string()
  .max(32)
  .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/);

const AppRef = z
  .object({
    apiVersion: text('API version of the application object, for instance `helm.toolkit.fluxcd.io/v2`.'),
    kind: text('Kind of the application object. `HelmRelease` is promoted; another kind stalls the Pipeline.'),
    name: text('Name of the application object, the same in every target unless the target names another.'),
  })
  .describe('The application that this Pipeline promotes.');

const ClusterRef = z
  .object({
    apiVersion: z.string().optional().describe('API version of the cluster object.'),
    kind: z.enum(['GitopsCluster']).describe('Kind of the cluster reference.'),
    name: text('Name under which the cluster is registered.'),
    namespace: z.string().optional().describe("Namespace of the registration; the Pipeline's own when absent."),
  })
  .describe('The leaf cluster; absent means the management cluster.');

export const Target = z.object({
  namespace: text('Namespace where the application lives in the cluster.'),
  name: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the application object here, when it differs from `appRef.name`.'),
  clusterRef: ClusterRef.optional(),
});
export type Target = z.infer<typeof Target>;

const secretRef = z.object({ name: text("Name of a Secret in the Pipeline's namespace.") });

export const MergeMethod = z.enum(['merge', 'squash', 'rebase']);
export type MergeMethod = z.infer<typeof MergeMethod>;

export const PullRequestStrategy = z
  .object({
    type: z
      .enum(['github', 'gitlab', 'bitbucket-server', 'gitea', 'forgejo'])
      .describe('The forge that hosts the config repository.'),
    url: text('HTTPS URL of the config repository.'),
    baseBranch: text('Branch that the pull requests are made against.'),
    secretRef: secretRef.describe(
      'Secret with `username` and `password` (git), `token` (API), and `caFile` if needed; or with `githubAppID`, `githubAppInstallationID` and `githubAppPrivateKey`.',
    ),
    path: z
      .string()
      .max(1024)
      .optional()
      .describe('Folder of the repository that is searched for markers; the whole of it when absent.'),
    labels: z.array(z.string().min(1).max(255)).max(20).optional().describe('Labels that each pull request gets.'),
    reviewers: z
      .array(z.string().min(1).max(255))
      .max(20)
      .optional()
      .describe('Who is asked to review each pull request: user names, or `<organisation>/<team>`.'),
    autoMerge: MergeMethod.optional().describe(
      'Have the forge merge each pull request in this way, as soon as all that the base branch requires is there.',
    ),
  })
  .describe('Promote by a pull request on the config repository.');
export type PullRequestStrategy = z.infer<typeof PullRequestStrategy>;

export const Strategy = z
  .object({
    'pull-request': PullRequestStrategy.optional(),
    notification: z.object({}).optional().describe('Promote by an event that starts other tooling.'),
    secretRef: secretRef.optional().describe('Secret whose key `hmac-key` signs webhooks for this Pipeline.'),
  })
  .meta(
    rule(
      '!(has(self.pull__dash__request) && has(self.notification))',
      'pull-request and notification are mutually exclusive',
    ),
  )
  .describe('How a promotion is done.');
export type Strategy = z.infer<typeof Strategy>;

const nicknames = '@(yearly|annually|monthly|weekly|daily|midnight|hourly)';

export const PromotionWindow = z.object({
  kind: z.enum(['Allow', 'Deny']).describe('Whether promotions are made only inside this window, or never inside it.'),
  schedule: z
    .string()
    .min(1)
    .max(512)
    .meta(
      rule(
        `self.matches('^\\\\s*(${nicknames}|[^@\\\\s]+(\\\\s+[^\\\\s]+){4})\\\\s*$')`,
        'a schedule has five fields (minute, hour, day of month, month, day of week), as in "0 9 * * 1-5", or is a nickname such as @daily',
      ),
    )
    .describe('When the window opens: a cron expression of five fields, or a nickname such as `@daily`.'),
  duration: duration.describe('How long it stays open: a Go duration, of time that passes.'),
  timeZone: z.string().optional().describe('IANA time zone of the schedule; UTC when absent.'),
});
export type PromotionWindow = z.infer<typeof PromotionWindow>;

export const PromotionSpec = z
  .object({
    manual: z.boolean().optional().describe('A person approves each promotion.'),
    strategy: Strategy.optional(),
    soak: duration.optional().describe('How long the source must have been healthy on the revision, without a break.'),
    windows: z.array(PromotionWindow).max(32).optional().describe('When promotions may be made.'),
    versions: z.string().min(1).max(256).optional().describe('Semver range that a revision must satisfy.'),
    allowDowngrade: z.boolean().optional().describe('Whether an older revision than the running one may be promoted.'),
  })
  .describe('How, and under which gates, a revision is promoted.');
export type PromotionSpec = z.infer<typeof PromotionSpec>;

export const Environment = z.object({
  name: dnsLabel.describe('Name of the environment; it stands in branches, markers and URL paths.'),
  suspend: z.boolean().optional().describe('Nothing is promoted into this environment while true.'),
  targets: z.array(Target).min(1).max(200).describe('Where the application runs in this environment.'),
  promotion: PromotionSpec.optional().describe(
    'Replaces (is not merged with) `spec.promotion` for promotions into this environment.',
  ),
});
export type Environment = z.infer<typeof Environment>;

/** What a person writes: an application's way through its ordered environments. */
export const PipelineSpec = z.object({
  suspend: z.boolean().optional().describe('Stop promoting; keep observing.'),
  appRef: AppRef,
  environments: z
    .array(Environment)
    .min(1)
    .max(50)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('The environments in their order.'),
  promotion: PromotionSpec.optional(),
});
export type PipelineSpec = z.infer<typeof PipelineSpec>;
