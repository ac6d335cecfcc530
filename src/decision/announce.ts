import type { ActionOf, Announcement } from '../model/action.ts';
import type { EnvironmentStatus, PipelineStatus } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';

const warnings: ReadonlySet<string> = new Set(['Failed', 'Closed']);

const announceReady = (before: PipelineStatus, after: PipelineStatus): readonly Announcement[] => {
  const [old, ready] = [before, after].map(({ conditions }) => conditions?.find(({ type }) => type === 'Ready'));
  if (!ready || (old?.status === ready.status && old.reason === ready.reason)) return [];
  return [{ type: ready.status === 'False' ? 'Warning' : 'Normal', reason: ready.reason, message: ready.message }];
};

const announcePromotion = (
  name: string,
  before: EnvironmentStatus,
  after: EnvironmentStatus,
): readonly Announcement[] => {
  const [old, promotion] = [before.promotion, after.promotion];
  if (!promotion || (old?.revision === promotion.revision && old.state === promotion.state)) return [];
  const where = promotion.pullRequest ? `: ${promotion.pullRequest.url}` : '';
  const message = `promotion of ${promotion.revision} from ${promotion.from} to ${name} is ${promotion.state}${where}`;
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
  return [...announceReady(before, after), ...environments].map((announcement) => ({
    type: 'announce',
    pipeline: keyOfPipeline(pipeline),
    uid: pipeline.metadata.uid,
    announcement,
  }));
};
