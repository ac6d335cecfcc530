import type { ActionOf, Announcement } from '../model/action.ts';
import type { EnvironmentStatus, PipelineStatus, PromotionRecord } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import { sentence } from './catalogue.ts';

const warnings: ReadonlySet<string> = new Set(['Failed', 'Closed']);

const announceReady = (before: PipelineStatus, after: PipelineStatus): readonly Announcement[] => {
  const [old, ready] = [before, after].map(({ conditions }) => conditions?.find(({ type }) => type === 'Ready'));
  if (!ready || (old?.status === ready.status && old.reason === ready.reason)) return [];
  return [{ type: ready.status === 'False' ? 'Warning' : 'Normal', reason: ready.reason, message: ready.message }];
};

/** What is worth knowing of a promotion in its state: who approved it, where it is, why it failed, how long it took. */
const detailOf = ({ state, approval, pullRequest, message, took }: PromotionRecord): string => {
  if (state === 'Opening') return approval?.by === undefined ? '' : `, approved by ${approval.by}`;
  if (state === 'Failed' && message !== undefined) return `: ${message}`;
  const where = pullRequest ? `: ${pullRequest.url}` : '';
  return took === undefined ? where : `${where}; it took ${took}`;
};

const announcePromotion = (
  name: string,
  before: EnvironmentStatus,
  after: EnvironmentStatus,
): readonly Announcement[] => {
  const [old, promotion] = [before.promotion, after.promotion];
  if (
    !promotion ||
    (old?.revision === promotion.revision && old.retry === promotion.retry && old.state === promotion.state)
  )
    return [];
  const { revision, from: source, state } = promotion;
  const message = sentence('PromotionChanged', {
    revision,
    source,
    environment: name,
    state,
    detail: detailOf(promotion),
  });
  return [
    { type: warnings.has(promotion.state) ? 'Warning' : 'Normal', reason: `Promotion${promotion.state}`, message },
  ];
};

const announceApproval = (
  name: string,
  before: EnvironmentStatus,
  after: EnvironmentStatus,
): readonly Announcement[] => {
  const revision = after.waitingApproval?.revision;
  if (revision === undefined || revision === before.waitingApproval?.revision) return [];
  return [{ type: 'Normal', reason: 'ApprovalRequired', message: `${name}: ${after.message ?? revision}` }];
};

const announceIgnored = (before: PipelineStatus, after: PipelineStatus): readonly Announcement[] => {
  const [old, now] = [before, after].map(({ conditions }) =>
    conditions?.find(({ type }) => type === 'AnnotationIgnored'),
  );
  if (!now || old?.message === now.message) return [];
  return [{ type: 'Warning', reason: now.reason, message: now.message }];
};

/** The Events of a change of status: one for each transition, none for a status that stays. */
export const announce = (
  pipeline: Pick<Pipeline, 'metadata'>,
  before: PipelineStatus,
  after: PipelineStatus,
): readonly ActionOf<'announce'>[] => {
  const environments = Object.entries(after.environments ?? {}).flatMap(([name, now]) => {
    const old = before.environments?.[name] ?? {};
    return [...announcePromotion(name, old, now), ...announceApproval(name, old, now)];
  });
  return [...announceReady(before, after), ...announceIgnored(before, after), ...environments].map((announcement) => ({
    type: 'announce',
    pipeline: keyOfPipeline(pipeline),
    uid: pipeline.metadata.uid,
    announcement,
  }));
};
