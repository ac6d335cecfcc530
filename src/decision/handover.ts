import type { Action, Handover } from '../model/action.ts';
import { managementCluster } from '../model/cluster.ts';
import { splitKey } from '../model/object-key.ts';
import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { EnvironmentStatus, PromotionRecord } from '../model/pipeline-status.ts';
import { keyOfPipeline } from '../model/pipeline.ts';
import { sentence } from './catalogue.ts';
import type { Pair } from './pair.ts';
import { promotionId } from './promotion-id.ts';

/** Whether promotions are made by other tooling, which is told of them by an event. */
export const handsOver = ({ strategy }: PromotionSpec): boolean =>
  strategy?.notification !== undefined && strategy['pull-request'] === undefined;

/** Whether a promotion is, or may have been, handed over: nobody but its destination tells what becomes of it. */
export const isHandedOver = ({ state, pullRequest, repository }: PromotionRecord, promotion: PromotionSpec): boolean =>
  state === 'Notified' || (state === 'Opening' && !pullRequest && !repository && handsOver(promotion));

/** Where a promotion leads, for programs; the management cluster has no name. */
const targetsOf = ({ destination }: Pair): string =>
  JSON.stringify(
    destination.targets.map(({ cluster, release }) => ({
      ...(cluster === managementCluster ? {} : { cluster }),
      ...splitKey(release),
    })),
  );

/** A promotion as it is handed over: the event that Weave GitOps sent, and the same for programs. */
const handoverOf = (pair: Pair, record: PromotionRecord): Handover => {
  const { destination, source } = pair;
  const pipeline = keyOfPipeline(pair.pipeline);
  const { uid } = pair.pipeline.metadata;
  const { revision } = record;
  const environment = destination.environment.name;
  const from = source.environment.name;
  const id = promotionId(uid, environment, record);
  const { name: application } = pair.pipeline.spec.appRef;
  const metadata = { id, pipeline, environment, version: revision, from, application, targets: targetsOf(pair) };
  const message = sentence('Promote', { pipeline, environment, revision });
  const announcement = { type: 'Normal', reason: 'Promote', message, metadata } as const;
  return { pipeline, uid, environment, revision, from, id, announcement };
};

/** The event that hands over what `next` tells of, from the time on at which the receiver may be asked again; one that begins now has not been asked about. */
export const handoverActions = (pair: Pair, next: EnvironmentStatus, free: number): readonly Action[] => {
  const { promotion } = next;
  const begins = promotion !== pair.memory.promotion;
  return promotion && (begins || pair.now >= free)
    ? [{ type: 'hand-over', promotion: handoverOf(pair, promotion) }]
    : [];
};
