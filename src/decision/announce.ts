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

type Known = Pick<PromotionRecord, 'revision' | 'retry' | 'from' | 'state'>;

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
  name: string,
  { promotion: old }: EnvironmentStatus,
  { promotion: now, history = [] }: EnvironmentStatus,
): readonly Announcement[] => {
  if (!old || !now || isSame(now, old)) return [];
  const ended = history.find((entry) => isSame(entry, old));
  return ended && ended.state !== old.state ? [tell(name, ended, `, for ${now.revision}`)] : [];
};

const announcePromotion = (
  name: string,
  { promotion: old }: EnvironmentStatus,
  { promotion: now }: EnvironmentStatus,
): readonly Announcement[] =>
  now && !(isSame(now, old) && now.state === old?.state) ? [tell(name, now, detailOf(now))] : [];

const tell = (environment: string, { revision, from: source, state }: Known, detail: string): Announcement => ({
  type: warnings.has(state) ? 'Warning' : 'Normal',
  reason: `Promotion${state}`,
  message: sentence('PromotionChanged', { revision, source, environment, state, detail }),
});

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
    return [
      ...announceReplaced(name, old, now),
      ...announcePromotion(name, old, now),
      ...announceApproval(name, old, now),
    ];
  });
  return [...announceReady(before, after), ...announceIgnored(before, after), ...environments].map((announcement) => ({
    type: 'announce',
    pipeline: keyOfPipeline(pipeline),
    uid: pipeline.metadata.uid,
    announcement,
  }));
};
