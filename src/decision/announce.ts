import type { ActionOf, Announcement } from '../model/action.ts';
import type { Deployment } from '../model/deployment.ts';
import type { EnvironmentStatus, PipelineStatus, PromotionRecord } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import { announceDeployments } from './announce-deployments.ts';
import { sentence } from './catalogue.ts';
import { promotionId } from './promotion-id.ts';

const warnings: ReadonlySet<string> = new Set(['Failed', 'Closed']);

const announceReady = (before: PipelineStatus, after: PipelineStatus): readonly Announcement[] => {
  const [old, ready] = [before, after].map(({ conditions }) => conditions?.find(({ type }) => type === 'Ready'));
  if (!ready || (old?.status === ready.status && old.reason === ready.reason)) return [];
  return [{ type: ready.status === 'False' ? 'Warning' : 'Normal', reason: ready.reason, message: ready.message }];
};

type Known = Pick<PromotionRecord, 'revision' | 'retry' | 'from' | 'state' | 'startedAt'> &
  Partial<Pick<PromotionRecord, 'pullRequest' | 'failedSince'>>;

/** Whose promotion it is, and into which environment. */
interface Subject {
  readonly pipeline: Pick<Pipeline, 'metadata'>;
  readonly environment: string;
}

/** What is worth knowing of a promotion in its state: who approved it, where it is, why it failed, how long it took. */
const detailOf = ({ state, approval, pullRequest, message, took }: PromotionRecord): string => {
  if (state === 'Opening') return approval?.by === undefined ? '' : `, approved by ${approval.by}`;
  if (state === 'Failed' && message !== undefined) return `: ${message}`;
  const where = pullRequest ? `: ${pullRequest.url}` : '';
  return took === undefined ? where : `${where}; it took ${took}`;
};

const isSame = (one: Known, other: Known | undefined): boolean =>
  one.revision === other?.revision && one.retry === other.retry;

/** What the promotion that another has replaced ended as: only its history tells. */
const announceReplaced = (
  subject: Subject,
  { promotion: old }: EnvironmentStatus,
  { promotion: now, history = [] }: EnvironmentStatus,
): readonly Announcement[] => {
  if (!old || !now || isSame(now, old)) return [];
  const ended = history.find((entry) => isSame(entry, old));
  return ended && ended.state !== old.state ? [tell(subject, ended, `, for ${now.revision}`)] : [];
};

/** An attempt that ends as those before it is no news: Ready tells of another reason. */
const isFailingStill = (old: PromotionRecord, now: PromotionRecord): boolean =>
  now.failedSince !== undefined && now.failedSince === old.failedSince;

const announcePromotion = (
  subject: Subject,
  { promotion: old }: EnvironmentStatus,
  { promotion: now }: EnvironmentStatus,
): readonly Announcement[] => {
  if (!now) return [];
  const known = old !== undefined && isSame(now, old) && (now.state === old.state || isFailingStill(old, now));
  return known ? [] : [tell(subject, now, detailOf(now))];
};

const tell = ({ pipeline, environment }: Subject, promotion: Known, detail: string): Announcement => {
  const { revision, from: source, state, pullRequest, failedSince } = promotion;
  return {
    ...(failedSince === undefined ? {} : { since: failedSince }),
    type: warnings.has(state) ? 'Warning' : 'Normal',
    reason: `Promotion${state}`,
    message: sentence('PromotionChanged', { revision, source, environment, state, detail }),
    metadata: {
      id: promotionId(pipeline.metadata.uid, environment, promotion),
      pipeline: keyOfPipeline(pipeline),
      environment,
      version: revision,
      from: source,
      state,
      ...(pullRequest ? { url: pullRequest.url } : {}),
    },
  };
};

const announceApproval = (
  { pipeline, environment }: Subject,
  before: EnvironmentStatus,
  after: EnvironmentStatus,
): readonly Announcement[] => {
  const revision = after.waitingApproval?.revision;
  if (revision === undefined || revision === before.waitingApproval?.revision) return [];
  const message = `${environment}: ${after.message ?? revision}`;
  const metadata = { pipeline: keyOfPipeline(pipeline), environment, version: revision };
  return [{ type: 'Normal', reason: 'ApprovalRequired', message, metadata }];
};

const announceIgnored = (before: PipelineStatus, after: PipelineStatus): readonly Announcement[] => {
  const [old, now] = [before, after].map(({ conditions }) =>
    conditions?.find(({ type }) => type === 'AnnotationIgnored'),
  );
  if (!now || old?.message === now.message) return [];
  return [{ type: 'Warning', reason: now.reason, message: now.message }];
};

/** The Events of a change of status, and of what has become of deployments: one for each transition, none for a status that stays. */
export const announce = (
  pipeline: Pick<Pipeline, 'metadata'>,
  before: PipelineStatus,
  after: PipelineStatus,
  deployments: readonly Deployment[] = [],
): readonly ActionOf<'announce'>[] => {
  const environments = Object.entries(after.environments ?? {}).flatMap(([name, now]) => {
    const old = before.environments?.[name] ?? {};
    const subject = { pipeline, environment: name };
    return [
      ...announceReplaced(subject, old, now),
      ...announcePromotion(subject, old, now),
      ...announceApproval(subject, old, now),
    ];
  });
  const deployed = announceDeployments(deployments);
  return [...announceReady(before, after), ...announceIgnored(before, after), ...deployed, ...environments].map(
    (announcement) => ({
      type: 'announce',
      pipeline: keyOfPipeline(pipeline),
      uid: pipeline.metadata.uid,
      announcement,
    }),
  );
};
