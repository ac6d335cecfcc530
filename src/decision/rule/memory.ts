import type { PromotionRecord } from '../../model/pipeline-status.ts';
import { judgement, pass, type Judgement, type Pass } from '../judgement.ts';
import type { Candidate, Step } from '../pair.ts';
import { wasGivenUp } from '../record.ts';
import { annotateCommand, reconcileCommand, requestsFor } from '../requests.ts';
import { titleOf, type EnvironmentSurvey } from '../survey.ts';

const rollout = ({ targets }: EnvironmentSurvey, revision: string): string => {
  const behind = targets.find(
    ({ observation }) => observation.revision !== revision || observation.state !== 'settled',
  );
  return behind ? `${titleOf(behind)}: ${behind.observation.message}` : 'all targets run it';
};

const retryCommand = ({ pipeline, destination, revision }: Candidate): string =>
  annotateCommand(pipeline, 'retry', destination.environment.name, revision);

/** One pull request for each revision and environment: what became of it stays. */
const ended = ({ state, reason }: Pick<PromotionRecord, 'state' | 'reason'>, candidate: Candidate): Judgement => {
  const { revision, destination } = candidate;
  const retry = retryCommand(candidate);
  return reason === 'Rejected'
    ? judgement('Rejected', { revision, environment: destination.environment.name, retry }, { revision })
    : judgement('AlreadyPromoted', { revision, state, retry }, { revision });
};

const opening = (
  { attempts, message, remedy }: PromotionRecord,
  { pipeline, destination, revision, notBefore, now }: Candidate,
): Judgement | Pass => {
  if (now >= notBefore)
    return pass('NotPromotedBefore', { revision, environment: destination.environment.name, begun: true });
  const of = { revision, until: notBefore };
  if (attempts === undefined)
    return judgement('WaitingItsTurn', { revision, why: message ?? 'other promotions are at its git host' }, of);
  const facts = { ...of, why: message ?? 'the last attempt did not succeed' };
  return remedy === undefined
    ? judgement('RetryingLater', facts, of)
    : judgement('ToBeMended', { ...facts, command: reconcileCommand(pipeline) }, of);
};

const closed = (record: PromotionRecord, candidate: Candidate): Judgement => {
  const { revision } = candidate;
  if (record.reason === 'Rejected') return ended(record, candidate);
  const facts = { revision, number: record.pullRequest?.number, retry: retryCommand(candidate) };
  return judgement('PullRequestClosed', facts, { revision });
};

/** What has failed in its destination was made; what could not be made is tried again. */
const failed = (record: PromotionRecord, candidate: Candidate): Judgement | Pass => {
  const { pipeline, revision, destination, notBefore: until, now } = candidate;
  const { name: environment } = destination.environment;
  const facts = { revision, environment, why: record.message ?? 'the promotion failed' };
  if (!wasGivenUp(record)) return judgement('PromotionFailed', { ...facts, again: undefined }, { revision });
  if (now >= until) return pass('NotPromotedBefore', { revision, environment, begun: true });
  const again = { until, command: reconcileCommand(pipeline) };
  return judgement('PromotionFailed', { ...facts, again }, { revision, until });
};

const noStrategy = 'this Pipeline names no pull-request strategy any more';

/** One that nobody can follow is for whoever can mend that; what passes by itself is no trouble of the reviewer's. */
const open = (record: PromotionRecord, { revision, promotion }: Candidate): Judgement => {
  const { pullRequest, startedAt, message, remedy } = record;
  const facts = { revision, number: pullRequest?.number, startedAt, url: pullRequest?.url };
  if (!promotion.strategy?.['pull-request'])
    return judgement('PullRequestUnseen', { ...facts, why: noStrategy }, { revision });
  return remedy === undefined
    ? judgement('PullRequestOpen', { ...facts, trouble: message }, { revision })
    : judgement('PullRequestUnseen', { ...facts, why: message ?? 'the last attempt did not succeed' }, { revision });
};

const remembered = (record: PromotionRecord, candidate: Candidate): Judgement | Pass => {
  const { revision, destination } = candidate;
  switch (record.state) {
    case 'Opening':
      return opening(record, candidate);
    case 'Open':
      return open(record, candidate);
    case 'Notified': {
      const facts = { revision, startedAt: record.startedAt, why: rollout(destination, revision) };
      return judgement('HandedOver', { ...facts, retry: retryCommand(candidate) }, { revision });
    }
    case 'Merged':
      return judgement('RollingOut', { revision, why: rollout(destination, revision) }, { revision });
    case 'Closed':
      return closed(record, candidate);
    case 'Failed':
      return failed(record, candidate);
    case 'Superseded':
    case 'Succeeded':
      return ended(record, candidate);
  }
};

const isOpen = ({ state }: PromotionRecord): boolean => state === 'Opening' || state === 'Open';

/** A person may ask anew for what is not under way. */
const askedAnew = ({ pipeline, destination, revision }: Candidate): boolean =>
  requestsFor(pipeline, destination.environment.name).retry === revision;

const rejecting = (record: PromotionRecord, { destination, revision, notBefore, now }: Candidate): Judgement =>
  judgement(
    'Rejecting',
    { revision, environment: destination.environment.name, trouble: record.message },
    { revision, ...(now < notBefore ? { until: notBefore } : {}) },
  );

/** What became of the promotion of this revision into this environment, if there was one; and what people ask of it now. */
export const memory: Step = (candidate) => {
  const { pipeline, destination, revision } = candidate;
  const { promotion, history } = candidate.memory;
  const environment = destination.environment.name;
  const fresh = pass('NotPromotedBefore', { revision, environment, begun: false });
  if (promotion?.revision === revision) {
    if (!isOpen(promotion)) return askedAnew(candidate) ? fresh : remembered(promotion, candidate);
    const rejected = requestsFor(pipeline, environment).reject === revision;
    return rejected ? rejecting(promotion, candidate) : remembered(promotion, candidate);
  }
  const before = history?.find((entry) => entry.revision === revision && !wasGivenUp(entry));
  return before && !askedAnew(candidate) ? ended(before, candidate) : fresh;
};
