import type { Deployment } from '../model/deployment.ts';
import { formatDuration } from '../model/duration.ts';
import { formatTime } from '../model/time.ts';

/** Who has to do something before an answer changes; `time` and `flux` need nobody. */
export type Turn = 'nobody' | 'time' | 'flux' | 'leafwatch' | 'receiver' | 'reviewer' | 'approver' | 'operator';

/**
 * What a reason code says. `text` makes its sentence from facts, `example` are such facts for the reference page, `glance` is what the
 * one-line view of a Pipeline shows for it. Times are milliseconds.
 */
interface Entry<K extends string, F> {
  readonly kind: K;
  readonly turn: Turn;
  readonly meaning: string;
  readonly glance?: string;
  readonly example: F;
  readonly text: (facts: F) => string;
}

const of =
  <K extends string>(kind: K) =>
  <F>(entry: Omit<Entry<K, F>, 'kind'>): Entry<K, F> => ({ kind, ...entry });

const [pass, promote, nothing, wait, hold] = [of('pass'), of('promote'), of('nothing'), of('wait'), of('hold')];
const [condition, event] = [of('condition'), of('event')];

const since = Date.parse('2026-03-02T09:48:00Z');
const until = Date.parse('2026-03-02T10:18:00Z');
const revision = '6.1.5';
const source = 'staging';
const environment = 'prod';
const at = { revision, environment };

/**
 * Every sentence that Leafwatch says of a decision, by its reason code: the one place where they are written. A code is the reason of a
 * condition, of an Event or of an environment's answer, and the label of a metric.
 */
export const catalogue = {
  EvidenceComplete: pass({
    turn: 'nobody',
    meaning: 'Every cluster of both environments has been listed, and its watch is live.',
    example: { source, environment, targets: 3 },
    text: (facts) => `all ${facts.targets} targets of ${facts.source} and ${facts.environment} are seen now`,
  }),
  SourceSettled: pass({
    turn: 'nobody',
    meaning: 'Every target of the source is settled, and all run the same version.',
    example: { revision, source, since },
    text: (facts) => `${facts.source} runs ${facts.revision}, healthy since ${formatTime(facts.since)}`,
  }),
  DestinationDiffers: pass({
    turn: 'nobody',
    meaning: 'The destination does not run the version in all of its targets, or its promotion has not ended.',
    example: { environment, running: '6.1.4' },
    text: (facts) => `${facts.environment} runs ${facts.running}`,
  }),
  DirectionAllowed: pass({
    turn: 'nobody',
    meaning: 'The version is not older than what any target of the destination runs, or older ones are allowed.',
    example: { revision, running: '6.1.4', allowed: false },
    text: (facts) =>
      facts.allowed ? 'allowDowngrade lets any version pass' : `${facts.revision} is not older than ${facts.running}`,
  }),
  NotPromotedBefore: pass({
    turn: 'nobody',
    meaning: 'The version has not been promoted into the environment before, or its promotion is to be gone on with.',
    example: { ...at, begun: false },
    text: (facts) =>
      facts.begun
        ? `the promotion of ${facts.revision} into ${facts.environment} was begun and is gone on with`
        : `${facts.revision} has not been promoted into ${facts.environment} before`,
  }),
  NotSuspended: pass({
    turn: 'nobody',
    meaning: 'Neither the Pipeline nor the environment is suspended.',
    example: { environment },
    text: (facts) => `neither the Pipeline nor ${facts.environment} is suspended`,
  }),
  StrategyGiven: pass({
    turn: 'nobody',
    meaning: 'The Pipeline says how the promotion is to be made.',
    example: { strategy: 'pull request on https://github.com/org/config, branch main' },
    text: (facts) => facts.strategy,
  }),
  VersionAllowed: pass<{ revision: string; range: string | undefined }>({
    turn: 'nobody',
    meaning: 'The version satisfies `versions`, or there is no such range.',
    example: { revision, range: '>=6.0.0 <7.0.0-0' },
    text: (facts) =>
      facts.range === undefined ? 'no range of versions is set' : `${facts.revision} is in ${facts.range}`,
  }),
  Soaked: pass<{ source: string; soak: string | undefined; since: number }>({
    turn: 'nobody',
    meaning: 'The source has been healthy on the version for the time of `soak`, or none is set.',
    example: { source, soak: '30m', since },
    text: (facts) =>
      facts.soak === undefined
        ? 'no soak time is set'
        : `${facts.source} has been healthy since ${formatTime(facts.since)}, more than ${facts.soak}`,
  }),
  WindowOpen: pass<{ until: number | undefined; always?: boolean }>({
    turn: 'nobody',
    meaning: 'Promotions may be made now, by `windows`, or none is set.',
    example: { until },
    text: (facts) => {
      if (facts.always) return 'no window is set';
      return facts.until === undefined
        ? 'promotions may be made'
        : `promotions may be made until ${formatTime(facts.until)}`;
    },
  }),
  Approved: pass<{
    revision: string;
    by: string | undefined;
    manual: boolean;
  }>({
    turn: 'nobody',
    meaning: 'A person has approved exactly this version for this environment, or nobody need.',
    example: { revision, by: 'jane@example.com', manual: true },
    text: (facts) =>
      facts.manual
        ? `${facts.revision} is approved${facts.by === undefined ? '' : ` by ${facts.by}`}`
        : 'no approval is needed',
  }),

  PromotionDue: promote({
    turn: 'leafwatch',
    meaning: 'Everything allows the promotion: it is being made.',
    glance: '⏳ promoting',
    example: { revision, source },
    text: (facts) => `${facts.revision} is promoted from ${facts.source}`,
  }),

  FirstEnvironment: nothing<{ revision: string | undefined; why: string | undefined }>({
    turn: 'nobody',
    meaning: 'The first environment is nobody’s destination: it says what can be promoted from it.',
    example: { revision, why: undefined },
    text: (facts) =>
      facts.why === undefined
        ? `runs ${facts.revision ?? 'nothing'}, which is promoted from here`
        : `nothing is promoted from here now: ${facts.why}`,
  }),
  UpToDate: nothing<{ revision: string; source: string; took: string | undefined }>({
    turn: 'nobody',
    meaning: 'The environment runs what the one before it runs.',
    example: { revision, source, took: '14m' },
    text: (facts) =>
      `runs ${facts.revision}, as ${facts.source} does${facts.took === undefined ? '' : `; its promotion took ${facts.took}`}`,
  }),

  ClusterUnseen: wait({
    turn: 'operator',
    meaning:
      'A cluster of the source or of the destination cannot be seen: nothing is decided on what was last known of it.',
    glance: '? unseen',
    example: {
      why: 'cluster flux-system/prod-eu is lost since 2026-03-02T09:48:00Z: connection refused; it is tried again at least every 30 s',
    },
    text: (facts) => `waits: ${facts.why}`,
  }),
  SourceNotSettled: wait({
    turn: 'flux',
    meaning: 'A target of the source is being deployed, fails, is suspended or does not exist.',
    example: {
      source,
      target: 'podinfo in namespace podinfo of cluster apps/staging',
      why: 'Flux is deploying another version',
    },
    text: (facts) => `waits for ${facts.source}: ${facts.target}: ${facts.why}`,
  }),
  SourcesDisagree: wait({
    turn: 'flux',
    meaning: 'The targets of the source run different versions.',
    example: { source, running: '6.1.5 in cluster apps/eu, 6.1.4 in cluster apps/us' },
    text: (facts) => `waits for ${facts.source}: its targets run different versions: ${facts.running}`,
  }),
  Downgrade: hold({
    turn: 'operator',
    meaning: 'The version is older than what a target of the destination runs.',
    glance: '✗ downgrade',
    example: { ...at, running: '6.1.6' },
    text: (facts) =>
      `${facts.revision} is not promoted: ${facts.environment} runs ${facts.running}, which is newer; set allowDowngrade to allow it`,
  }),
  DirectionUnknown: hold({
    turn: 'operator',
    meaning: 'One of the two versions is not a semantic version: whether it is older cannot be told.',
    glance: '✗ direction',
    example: { revision: 'nightly', environment, running: '6.1.4' },
    text: (facts) =>
      `${facts.revision} is not promoted: whether it is older than ${facts.running} in ${facts.environment} cannot be told; set allowDowngrade to allow it`,
  }),
  Rejecting: wait<{ revision: string; environment: string; trouble: string | undefined }>({
    turn: 'leafwatch',
    meaning: 'A person has rejected the version while its pull request may be open: that is being closed.',
    glance: '⏳ closing',
    example: { ...at, trouble: undefined },
    text: (facts) =>
      `${facts.revision} was rejected for ${facts.environment}: its pull request is being closed${facts.trouble === undefined ? '' : ` (${facts.trouble})`}`,
  }),
  Rejected: hold({
    turn: 'operator',
    meaning: 'A person has rejected the version for this environment. The next one is promoted again.',
    glance: '✗ rejected',
    example: {
      ...at,
      retry:
        'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/retry.prod=6.1.5',
    },
    text: (facts) =>
      `${facts.revision} was rejected for ${facts.environment}; the next version is promoted again, and this one with: ${facts.retry}`,
  }),
  WaitingItsTurn: wait({
    turn: 'leafwatch',
    meaning:
      'As many promotions as may are with the git host at this moment: the pull request is opened as soon as one of them has ended.',
    glance: '⏳ queued',
    example: { revision, why: 'other promotions are at github.com' },
    text: (facts) => `${facts.revision} waits for its turn: ${facts.why}`,
  }),
  RetryingLater: wait({
    turn: 'leafwatch',
    meaning: 'The last attempt to make the promotion did not succeed: it is made again.',
    glance: '⏳ retrying',
    example: { revision, why: 'the forge answers 502', until },
    text: (facts) => `${facts.revision} waits until ${formatTime(facts.until)}: ${facts.why}`,
  }),
  PullRequestOpen: wait<{
    revision: string;
    number: number | undefined;
    startedAt: string;
    url: string | undefined;
    /** Why it cannot be followed. */
    trouble: string | undefined;
  }>({
    turn: 'reviewer',
    meaning: 'The pull request is open: somebody has to merge it.',
    glance: '⏳ review',
    example: {
      revision,
      number: 7,
      startedAt: '2026-03-02T09:48:00Z',
      url: 'https://github.com/org/config/pull/7',
      trouble: undefined,
    },
    text: (facts) =>
      `${facts.revision} waits for pull request #${facts.number ?? '?'} to be merged, since ${facts.startedAt}: ${facts.url ?? ''}${facts.trouble === undefined ? '' : `; what has become of it is not known: ${facts.trouble}`}`,
  }),
  RollingOut: wait({
    turn: 'flux',
    meaning: 'The base branch says the version: Flux has to bring it to every target.',
    glance: '⏳ rollout',
    example: { revision, why: 'podinfo in namespace podinfo of cluster apps/prod: Flux is deploying another version' },
    text: (facts) => `${facts.revision} is merged and rolls out: ${facts.why}`,
  }),
  HandedOver: wait({
    turn: 'receiver',
    meaning: 'An event has told other tooling to make the promotion: what becomes of it shows in the targets.',
    glance: '⏳ handed over',
    example: {
      revision,
      startedAt: '2026-03-02T09:48:00Z',
      why: 'podinfo in namespace podinfo of cluster apps/prod: upgraded',
      retry:
        'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/retry.prod=6.1.5',
    },
    text: (facts) =>
      `${facts.revision} is handed over since ${facts.startedAt}, and has not arrived: ${facts.why}; to have it told again: ${facts.retry}`,
  }),
  PullRequestClosed: hold<{
    revision: string;
    number: number | undefined;
    retry: string;
  }>({
    turn: 'operator',
    meaning: 'A person has closed the pull request without merging it. The next version is promoted again.',
    glance: '✗ closed',
    example: {
      revision,
      number: 7,
      retry:
        'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/retry.prod=6.1.5',
    },
    text: (facts) =>
      `${facts.revision} is not promoted: pull request #${facts.number ?? '?'} was closed without a merge; the next version is promoted again, and this one with: ${facts.retry}`,
  }),
  PromotionFailed: hold<{ revision: string; environment: string; why: string; anew: string | undefined }>({
    turn: 'operator',
    meaning:
      'The promotion could not be made, or its destination failed on the version. Nothing more happens with it by itself.',
    glance: '✗ failed',
    example: {
      ...at,
      why: 'podinfo in namespace podinfo of cluster apps/prod: Helm upgrade failed: timed out',
      anew: undefined,
    },
    text: (facts) =>
      facts.anew === undefined
        ? `${facts.revision} has failed in ${facts.environment}: ${facts.why}; mend it there, or promote another version`
        : `${facts.revision} is not promoted: ${facts.why}; when that is mended, have it tried again: ${facts.anew}`,
  }),
  AlreadyPromoted: hold({
    turn: 'operator',
    meaning:
      'The version was promoted into this environment before: there is one pull request for each, unless a person asks for another.',
    glance: '✗ ended',
    example: {
      revision,
      state: 'Superseded',
      retry:
        'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/retry.prod=6.1.5',
    },
    text: (facts) =>
      `${facts.revision} is not promoted again: ${
        facts.state === 'Superseded'
          ? 'its pull request was closed for a newer version'
          : `its promotion has ended (${facts.state})`
      }; to have another: ${facts.retry}`,
  }),

  Suspended: hold({
    turn: 'operator',
    meaning: 'The Pipeline or the environment is suspended.',
    glance: '⏸ suspended',
    example: { revision, what: 'environment prod' },
    text: (facts) => `${facts.revision} waits: ${facts.what} is suspended`,
  }),
  NoStrategy: hold({
    turn: 'operator',
    meaning: 'The Pipeline does not say how promotions into this environment are made.',
    glance: '✗ no strategy',
    example: { revision },
    text: (facts) => `${facts.revision} is not promoted: the Pipeline names no promotion strategy for this environment`,
  }),
  InvalidField: hold({
    turn: 'operator',
    meaning: 'A gate’s field cannot be understood: nothing is promoted on a guess.',
    glance: '✗ invalid field',
    example: { revision, field: 'versions', problem: '"6.1.x.y" is no semver range' },
    text: (facts) => `${facts.revision} waits: ${facts.field}: ${facts.problem}; correct it`,
  }),
  VersionOutOfRange: hold({
    turn: 'operator',
    meaning: 'The version does not satisfy `versions`. A pre-release does so only where the range names one.',
    glance: '✗ range',
    example: { revision: '7.0.0', range: '>=6.0.0 <7.0.0-0' },
    text: (facts) => `${facts.revision} is not promoted: it does not satisfy versions "${facts.range}"`,
  }),
  Soaking: wait({
    turn: 'time',
    meaning: 'The source has not been healthy on the version for long enough.',
    glance: '⏳ soak',
    example: { revision, source, soak: '30m', since, until },
    text: (facts) =>
      `${facts.revision} waits until ${formatTime(facts.until)}: ${facts.source} must have been healthy for ${facts.soak}, and is since ${formatTime(facts.since)}`,
  }),
  OutsideWindow: wait({
    turn: 'time',
    meaning: 'Promotions may not be made now: a Deny window is on, or no Allow window is.',
    glance: '⏳ window',
    example: { revision, window: 'Allow "0 9 * * 1-5" for 8h, Europe/London', until },
    text: (facts) =>
      `${facts.revision} waits until ${formatTime(facts.until)} for its promotion window (${facts.window})`,
  }),
  NoWindow: hold({
    turn: 'operator',
    meaning: 'By its windows, no promotion may ever be made.',
    glance: '✗ no window',
    example: { revision, window: 'Allow "0 0 30 2 *" for 1h, UTC' },
    text: (facts) => `${facts.revision} is not promoted: its windows never open (${facts.window}); correct them`,
  }),
  ApprovalRequired: hold<{
    revision: string;
    source: string;
    since: number;
    approved: string | undefined;
    command: string;
  }>({
    turn: 'approver',
    meaning: 'Everything else allows the promotion: a person has to approve exactly this version.',
    glance: '⏳ approval',
    example: {
      revision,
      source,
      since,
      approved: undefined,
      command:
        'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/approve.prod=6.1.5',
    },
    text: (facts) =>
      `${facts.revision} waits for approval${facts.approved === undefined ? '' : ` (approved is ${facts.approved}, which is not what waits)`}, healthy in ${facts.source} since ${formatTime(facts.since)}: ${facts.command}`,
  }),

  ReconciliationSucceeded: condition({
    turn: 'nobody',
    meaning: 'Ready: all clusters are seen, and nothing has failed. The message is the Pipeline at a glance.',
    example: { summary: 'dev 6.1.5 › staging 6.1.5 › prod 6.1.4 ⏳ approval' },
    text: (facts) => facts.summary,
  }),
  Progressing: condition({
    turn: 'leafwatch',
    meaning: 'Not Ready yet: what the clusters run has not been read since the start.',
    example: {},
    text: () => 'the clusters of the targets are being read',
  }),
  TargetClusterNotFound: condition({
    turn: 'operator',
    meaning: 'Not Ready: a target names a cluster that is not registered.',
    example: {
      why: 'cluster apps/prod-eu is not registered; create a Secret with its kubeconfig and the label pipelines.weave.works/cluster=prod-eu',
    },
    text: (facts) => facts.why,
  }),
  TargetClusterNotReady: condition({
    turn: 'operator',
    meaning: 'Not Ready: a target’s cluster is refused, lost, or has not answered yet.',
    example: {
      why: 'cluster apps/prod-eu is lost since 2026-03-02T09:48:00Z: connection refused; it is tried again at least every 30 s',
    },
    text: (facts) => facts.why,
  }),
  TargetNotReadable: condition({
    turn: 'operator',
    meaning: 'Not Ready: a target of the first environment does not exist in its cluster.',
    example: { target: 'podinfo in namespace podinfo of cluster apps/dev', why: 'it does not exist' },
    text: (facts) => `${facts.target}: ${facts.why}`,
  }),
  UnsupportedAppKind: condition({
    turn: 'operator',
    meaning: 'Stalled: the Pipeline is about something else than a HelmRelease.',
    example: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    text: (facts) =>
      `appRef names ${facts.apiVersion} ${facts.kind}; only HelmRelease (helm.toolkit.fluxcd.io) can be promoted`,
  }),
  InvalidSpec: condition({
    turn: 'operator',
    meaning: 'Stalled: the object cannot be read, though the API server let it through.',
    example: { problem: 'spec.environments[0].name: must be a DNS label' },
    text: (facts) => facts.problem,
  }),
  AnnotationIgnored: condition<{ ignored: readonly string[] }>({
    turn: 'operator',
    meaning:
      'An annotation approves, rejects or retries what there is not, or what does not wait. It stays, and counts once it fits.',
    example: { ignored: ['pipelines.weave.works/approve.prod=6.1.6 does nothing: 6.1.5 is what staging offers'] },
    text: (facts) => facts.ignored.join('; '),
  }),
  NotHonoured: condition<{ fields: readonly string[] }>({
    turn: 'operator',
    meaning: 'Fields are accepted that cannot be obeyed, since the forge has nothing of the kind.',
    example: { fields: ['spec.promotion.strategy.pull-request.labels (bitbucket-server has none)'] },
    text: (facts) => `not honoured: ${facts.fields.join(', ')}`,
  }),
  PullRequestIncomplete: condition<{ troubles: readonly string[] }>({
    turn: 'operator',
    meaning:
      'A pull request is there, and something besides it is not: its labels, reviewers, auto-merge or commit status, or its branch was left behind.',
    example: { troubles: ['prod: the repository has no label promotion: create it, or correct labels'] },
    text: (facts) => facts.troubles.join('; '),
  }),
  CertificateExpiring: condition<{ warnings: readonly string[] }>({
    turn: 'operator',
    meaning: 'A certificate in a cluster’s kubeconfig ends within 30 days, or has ended.',
    example: {
      warnings: [
        'the client certificate for cluster apps/prod ends at 2026-03-20T00:00:00Z: renew the kubeconfig in Secret apps/prod',
      ],
    },
    text: (facts) => facts.warnings.join('; '),
  }),

  DestinationFailed: condition({
    turn: 'operator',
    meaning: 'The promotion has Failed: a target of the destination failed on the version.',
    example: { target: 'podinfo in namespace podinfo of cluster apps/prod', why: 'Helm upgrade failed: timed out' },
    text: (facts) => `${facts.target}: ${facts.why}`,
  }),
  RolledBack: condition({
    turn: 'operator',
    meaning: 'The promotion has Failed: a target of the destination went back to the version before.',
    example: {
      target: 'podinfo in namespace podinfo of cluster apps/prod',
      running: '6.1.4',
      why: 'Helm rollback succeeded',
    },
    text: (facts) => `${facts.target} was rolled back to ${facts.running}: ${facts.why}`,
  }),

  Promote: event({
    turn: 'receiver',
    meaning: 'The strategy `notification` hands a promotion over: whoever hears the event makes it.',
    example: { pipeline: 'apps/podinfo', ...at },
    text: (facts) => `Promote pipeline ${facts.pipeline} to ${facts.environment} with version ${facts.revision}`,
  }),
  PromotionChanged: event({
    turn: 'nobody',
    meaning: 'The state of a promotion has changed; the Event’s reason is `Promotion` and the new state.',
    example: { ...at, source, state: 'Succeeded', detail: '; it took 14m' },
    text: (facts) =>
      `promotion of ${facts.revision} from ${facts.source} to ${facts.environment} is ${facts.state}${facts.detail}`,
  }),
  DeploymentChanged: event<{
    revision: string;
    environment: string;
    status: Deployment['status'];
    targets: string;
    detail: string;
  }>({
    turn: 'nobody',
    meaning:
      'A version is on its way to targets of an environment, has arrived or has failed there, or was rolled back; the Event’s reason is `DeploymentProgressing`, `DeploymentSucceeded`, `DeploymentFailed` or `DeploymentRolledBack`.',
    example: {
      ...at,
      status: 'succeeded',
      targets: 'podinfo in namespace podinfo of cluster apps/prod',
      detail: '; it took 14s',
    },
    text: (facts) => {
      const verbs = {
        progressing: 'is being deployed to',
        succeeded: 'is deployed to',
        failed: 'has failed in',
        rolledback: 'was rolled back in',
      };
      return `${facts.revision} ${verbs[facts.status]} ${facts.environment}: ${facts.targets}${facts.detail}`;
    },
  }),
  RequestObsolete: event({
    turn: 'nobody',
    meaning: 'An annotation was removed that had been used, or had lost its meaning.',
    example: { annotation: 'pipelines.weave.works/approve.prod', value: revision, why: '6.1.6 is what waits now' },
    text: (facts) => `${facts.annotation}=${facts.value} was removed: ${facts.why}`,
  }),
} as const;

type Catalogue = typeof catalogue;

/** Every reason code. */
export type AnyReason = keyof Catalogue;

/** The reason codes of one or several kinds. */
export type ReasonOf<K extends Catalogue[AnyReason]['kind']> = {
  [R in AnyReason]: Catalogue[R]['kind'] extends K ? R : never;
}[AnyReason];

/** What has to be known to say a reason's sentence. */
export type FactsOf<R extends AnyReason> = Catalogue[R]['example'];

/** The sentence of a reason. */
export const sentence = <R extends AnyReason>(reason: R, facts: FactsOf<R>): string =>
  (catalogue[reason].text as (facts: FactsOf<R>) => string)(facts);

/** How long something took, for people: whole seconds. */
export const spanOf = (from: number, to: number): string =>
  formatDuration(Math.max(0, Math.round((to - from) / 1000) * 1000));
