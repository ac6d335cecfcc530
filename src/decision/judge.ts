import { clusterTitle } from '../model/cluster.ts';
import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { EnvironmentStatus, PromotionRecord, PromotionState } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { direction } from './direction.ts';
import { passGates } from './gates/gates.ts';
import { blink, hold, nothing, promote, wait, type Judgement } from './judgement.ts';
import { reasonUnseen } from './evidence.ts';
import { judgeRejection } from './rejection.ts';
import { titleOf, type EnvironmentSurvey } from './survey.ts';

/** An adjacent pair of environments, with what is remembered of promotions into the second. */
export interface Pair {
  readonly pipeline: Pipeline;
  readonly source: EnvironmentSurvey;
  readonly destination: EnvironmentSurvey;
  readonly memory: EnvironmentStatus;
  /** The earliest time at which the promotion may be tried again, after attempts that failed; milliseconds. */
  readonly notBefore: number;
  readonly now: number;
}

/** An environment's own promotion block replaces the Pipeline's. */
export const promotionInto = (pipeline: Pipeline, destination: EnvironmentSurvey): PromotionSpec =>
  destination.environment.promotion ?? pipeline.spec.promotion ?? {};

const judgeEvidence = ({ source, destination }: Pair): Judgement | undefined => {
  for (const { evidence } of [source, destination])
    if (evidence.type === 'incomplete') return wait('ClusterUnseen', `waits: ${reasonUnseen(evidence.unseen)}`);
  for (const { evidence } of [source, destination]) if (evidence.type === 'blink') return blink(evidence.until);
  return undefined;
};

const judgeUnsettled = ({ source }: Pair): Judgement => {
  const { name } = source.environment;
  const unsettled = source.targets.find(({ observation }) => observation.state !== 'settled');
  if (unsettled) {
    const { message, until } = unsettled.observation;
    return wait(
      'SourceNotSettled',
      `waits for ${name}: ${titleOf(unsettled)}: ${message}`,
      until === undefined ? {} : { until },
    );
  }
  const running = source.targets.map(
    (target) => `${target.observation.revision ?? 'nothing'} in ${clusterTitle(target.cluster)}`,
  );
  return wait('SourcesDisagree', `waits for ${name}: its targets run different versions: ${running.join(', ')}`);
};

const judgeDirection = ({ destination }: Pair, promotion: PromotionSpec, revision: string): Judgement | undefined => {
  if (promotion.allowDowngrade) return undefined;
  const { name } = destination.environment;
  for (const { observation } of destination.targets) {
    const running = observation.revision;
    if (running === undefined) continue;
    const way = direction(revision, running);
    if (way === 'older')
      return hold(
        'Downgrade',
        `${revision} is not promoted: ${name} runs ${running}, which is newer; set allowDowngrade to allow it`,
        revision,
      );
    if (way === 'unknown')
      return hold(
        'DirectionUnknown',
        `${revision} is not promoted: whether it is older than ${running} in ${name} cannot be told; set allowDowngrade to allow it`,
        revision,
      );
  }
  return undefined;
};

const rollout = (destination: EnvironmentSurvey, revision: string): string => {
  const behind = destination.targets.find(
    ({ observation }) => observation.revision !== revision || observation.state !== 'settled',
  );
  return behind ? `${titleOf(behind)}: ${behind.observation.message}` : 'all targets run it';
};

/** One pull request for each revision and environment: what became of it stays. */
const promotedBefore = (revision: string, state: PromotionState): Judgement => {
  const ended =
    state === 'Superseded' ? 'its pull request was closed for a newer version' : `its promotion has ended (${state})`;
  return hold(
    'AlreadyPromoted',
    `${revision} is not promoted again: ${ended}; promote it by hand, or release another version`,
    revision,
  );
};

const judgeRecord = (record: PromotionRecord, { destination, notBefore, now }: Pair): Judgement | undefined => {
  const { revision, state, pullRequest, startedAt } = record;
  const number = pullRequest ? `pull request #${pullRequest.number}` : 'the pull request';
  switch (state) {
    case 'Opening':
      return now < notBefore
        ? wait('RetryingLater', `${revision} waits: ${record.message ?? 'the last attempt did not succeed'}`, {
            revision,
            until: notBefore,
          })
        : undefined;
    case 'Open':
      return wait(
        'PullRequestOpen',
        `${revision} waits for ${number} to be merged, since ${startedAt}: ${pullRequest?.url ?? ''}`,
        {
          revision,
        },
      );
    case 'Merged':
      return wait('RollingOut', `${revision} is merged and rolls out: ${rollout(destination, revision)}`, { revision });
    case 'Closed':
      return hold(
        'PullRequestClosed',
        `${revision} is not promoted: ${number} was closed without a merge; the next revision is promoted again`,
        revision,
      );
    case 'Failed':
      return hold(
        'PromotionFailed',
        `${revision} is not promoted: ${record.message ?? 'the promotion failed'}`,
        revision,
      );
    case 'Superseded':
    case 'Succeeded':
      return promotedBefore(revision, state);
  }
};

const judgeMemory = (pair: Pair, revision: string): Judgement | undefined => {
  const { promotion, history } = pair.memory;
  if (promotion?.revision === revision) return judgeRecord(promotion, pair);
  const before = history?.find((entry) => entry.revision === revision && entry.state !== 'Failed');
  return before && promotedBefore(revision, before.state);
};

/** The first environment is nobody's destination: it only says what can be promoted from it. */
export const judgeFirst = ({ evidence, targets, settledOn }: EnvironmentSurvey): Judgement => {
  if (evidence.type === 'blink') return blink(evidence.until);
  if (evidence.type === 'incomplete') return wait('ClusterUnseen', `waits: ${reasonUnseen(evidence.unseen)}`);
  if (settledOn !== undefined) return nothing('FirstEnvironment', `runs ${settledOn}, which is promoted from here`);
  const unsettled = targets.find(({ observation }) => observation.state !== 'settled');
  const why = unsettled
    ? `${titleOf(unsettled)}: ${unsettled.observation.message}`
    : 'its targets run different versions';
  return nothing('FirstEnvironment', `nothing is promoted from here now: ${why}`);
};

/**
 * The rule: whether a revision is due in the destination, from the newest observed state and never from the event that woke us.
 * In this order: evidence, a settled source, a destination that does not run it, direction, a person's no, memory, gates.
 */
export const judge = (pair: Pair): Judgement => {
  const unseen = judgeEvidence(pair);
  if (unseen) return unseen;
  const { pipeline, source, destination, memory, now } = pair;
  const revision = source.settledOn;
  if (revision === undefined) return judgeUnsettled(pair);
  const begun = memory.promotion?.revision === revision && memory.promotion.state === 'Opening';
  if (destination.revision === revision && !begun)
    return nothing('UpToDate', `runs ${revision}, as ${source.environment.name} does`);
  const promotion = promotionInto(pipeline, destination);
  return (
    judgeDirection(pair, promotion, revision) ??
    judgeRejection(pipeline, destination.environment.name, memory.promotion, revision) ??
    judgeMemory(pair, revision) ??
    passGates({ pipeline, source, destination, promotion, revision, begun, now }) ??
    promote(revision, `${revision} is promoted from ${source.environment.name}`)
  );
};
