import type { Action, Promotion } from '../model/action.ts';
import type { EnvironmentStatus, PromotionRecord } from '../model/pipeline-status.ts';
import { isUnderWay } from './answers.ts';
import { checkOf } from './check.ts';
import type { Judgement } from './judgement.ts';
import type { Pair } from './pair.ts';
import { promotionOf } from './pull-request.ts';
import { repositoryLeft } from './repository.ts';
import { requestsFor } from './requests.ts';

/** Whether a person has rejected what is under way, also while something else is offered, or nothing can be told. */
export const isRejected = ({ pipeline, destination }: Pair, { promotion }: EnvironmentStatus): boolean =>
  promotion !== undefined &&
  isUnderWay(promotion) &&
  requestsFor(pipeline, destination.environment.name).reject === promotion.revision;

const closing = (promotion: Promotion): Action => ({
  type: 'close-pull-request',
  promotion,
  comment: `Rejected: ${promotion.revision} was rejected for ${promotion.environment} by an annotation of its Pipeline.`,
});

/**
 * What is to be left before anything else: a pull request, opened or perhaps opened, in a repository that the spec names no more. One that is
 * known to be open stays for whoever may merge it, until it is rejected or another revision takes its place.
 */
export const leaving = (pair: Pair, { type }: Judgement): Action | undefined => {
  const { promotion: current, history = [] } = pair.memory;
  const repository = current && repositoryLeft(current, pair.promotion);
  if (!repository || (current.state === 'Open' && type !== 'promote' && !isRejected(pair, pair.memory)))
    return undefined;
  const promotion = promotionOf(pair, repository, current, history);
  const { pipeline, environment } = promotion;
  const comment = `Promotions of ${pipeline} into ${environment} are not made here any more: its Pipeline says so since.`;
  return { type: 'leave-pull-request', promotion, comment };
};

/** The commit status is written when it says something else than before; what was not taken is written again when the forge is `due`. */
const checking = (
  pair: Pair,
  current: PromotionRecord,
  promotion: () => Promotion,
  due: boolean,
): readonly Action[] => {
  const { head, check: before } = current.pullRequest ?? {};
  const check = head === undefined ? undefined : checkOf(pair, current);
  if (head === undefined || !check) return [];
  const same = before?.head === head && before.state === check.state && before.reason === check.reason;
  if (same && (before.error === undefined || !due)) return [];
  return [{ type: 'set-check', promotion: promotion(), head, check }];
};

/** What runs in the destination was merged, or came there by another way: then nobody may ever merge the pull request. */
const arrival = ({ destination: { evidence, settledOn } }: Pair, { revision }: PromotionRecord) =>
  evidence.type === 'complete' && settledOn === revision ? ({ arrived: true } as const) : {};

/** What is to be done on the forge about the promotion that `memory` tells of; `due` is whether the forge may be asked again. */
export const forgeActions = (
  pair: Pair,
  memory: EnvironmentStatus,
  { type }: Judgement,
  due: boolean,
): readonly Action[] => {
  const { promotion: current, history = [] } = memory;
  const strategy = pair.promotion.strategy?.['pull-request'];
  if (!strategy || !current) return [];
  const promotion = (): Promotion => promotionOf(pair, strategy, current, history);
  if (type === 'promote') return [{ type: 'open-pull-request', promotion: promotion() }];
  if (isRejected(pair, memory)) return due ? [closing(promotion())] : [];
  const { state, pullRequest } = current;
  if (state !== 'Open' || !pullRequest) return [];
  const following: readonly Action[] = due
    ? [{ type: 'follow-pull-request', promotion: promotion(), pullRequest, ...arrival(pair, current) }]
    : [];
  // Where there is one place at the host, what is done once comes before what is done again and again.
  return [...checking(pair, current, promotion, due), ...following];
};
