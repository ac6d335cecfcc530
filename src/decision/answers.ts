import type { ActionOf } from '../model/action.ts';
import { compareVersions } from '../model/compare-versions.ts';
import type { EnvironmentStatus, PromotionHistoryEntry, PromotionRecord } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import { sentence } from './catalogue.ts';
import { goesOn, wasGivenUp } from './record.ts';
import { annotationOf, requestsFor, verbs, type Verb } from './requests.ts';
import type { EnvironmentSurvey } from './survey.ts';

/** What becomes of an annotation: it stays and may count, it has been used or has lost its meaning, or it never had one. */
type Fate = { readonly type: 'kept' } | { readonly type: 'obsolete' | 'ignored'; readonly why: string };

const kept: Fate = { type: 'kept' };
const obsolete = (why: string): Fate => ({ type: 'obsolete', why });

/** What is known when the requests for an environment are answered: what was remembered, and what is after the decision. */
export interface Answering {
  readonly pipeline: Pipeline;
  readonly source: EnvironmentSurvey;
  readonly destination: EnvironmentSurvey;
  readonly before: EnvironmentStatus;
  readonly after: EnvironmentStatus;
}

export const isUnderWay = ({ state }: Pick<PromotionRecord, 'state'>): boolean =>
  state === 'Opening' || state === 'Open';

type Known = PromotionHistoryEntry | PromotionRecord;

const knownOf = ({ promotion, history = [] }: EnvironmentStatus, value: string): Known | undefined =>
  promotion?.revision === value ? promotion : history.find(({ revision }) => revision === value);

/** An approval that has been used, or that is for a promotion which needs none any more; one asked for anew needs it again. */
const approvalBy = (value: string, { pipeline, destination, after }: Answering): Fate | undefined => {
  const { promotion } = after;
  if (goesOn(promotion, value)) return promotion.approval && obsolete('it has been used');
  const known = knownOf(after, value);
  const anew = requestsFor(pipeline, destination.environment.name).retry === value;
  if (!known || wasGivenUp(known) || (anew && !isUnderWay(known))) return undefined;
  return obsolete('approval' in known && known.approval ? 'it has been used' : `its promotion is ${known.state}`);
};

/** A rejection of what is under way stays until its pull request is closed, whatever is offered meanwhile. */
const rejectionBy = (value: string, { after }: Answering): Fate | undefined => {
  const known = knownOf(after, value);
  if (!known || wasGivenUp(known)) return undefined;
  if (isUnderWay(known)) return kept;
  return obsolete(known.reason === 'Rejected' ? 'it has been used' : `its promotion is ${known.state}`);
};

/** What the memory alone says of a request. */
const byMemory = (verb: Verb, value: string, answering: Answering): Fate | undefined => {
  const { promotion } = answering.after;
  switch (verb) {
    case 'approve':
      return approvalBy(value, answering);
    case 'reject':
      return rejectionBy(value, answering);
    case 'retry':
      return promotion?.revision === value && isUnderWay(promotion)
        ? obsolete('its promotion is under way')
        : undefined;
  }
};

/** What a request means once everything is seen: for a revision that is not the one that is offered, nothing. */
const bySight = (verb: Verb, value: string, answering: Answering): Fate => {
  const { source, destination, before, after } = answering;
  const offered = source.settledOn;
  if (destination.settledOn === value) return obsolete(`${destination.environment.name} runs it`);
  if (offered === undefined) return kept;
  if (offered !== value) {
    const overtaken = before.waitingApproval?.revision === value || compareVersions(value, offered) === 'older';
    return verb === 'approve' && overtaken
      ? obsolete(`${offered} is what waits now`)
      : { type: 'ignored', why: `${offered} is what ${source.environment.name} offers` };
  }
  return verb === 'retry' && !knownOf(after, value) ? obsolete('it has not been promoted before') : kept;
};

const fateOf = (verb: Verb, value: string, answering: Answering): Fate => {
  const remembered = byMemory(verb, value, answering);
  if (remembered) return remembered;
  const { source, destination } = answering;
  const seen = source.evidence.type === 'complete' && destination.evidence.type === 'complete';
  return seen ? bySight(verb, value, answering) : kept;
};

/** The annotations to take off, and what is to be said of those that do nothing. */
export interface Answers {
  readonly removals: readonly ActionOf<'remove-annotation'>[];
  readonly ignored: readonly string[];
}

const removal = ({ metadata }: Pipeline, annotation: string, value: string): ActionOf<'remove-annotation'> => ({
  type: 'remove-annotation',
  pipeline: keyOfPipeline({ metadata }),
  uid: metadata.uid,
  annotation,
  value,
});

/** Answers what people ask for an environment by annotation: what was used or has lost its meaning goes, with an Event. */
export const answer = (answering: Answering): Answers => {
  const { pipeline, destination } = answering;
  const { name } = destination.environment;
  const requests = requestsFor(pipeline, name);
  const removals: ActionOf<'remove-annotation'>[] = [];
  const ignored: string[] = [];
  for (const verb of verbs) {
    const value = requests[verb];
    if (value === undefined) continue;
    const annotation = annotationOf(verb, name);
    const fate = fateOf(verb, value, answering);
    if (fate.type === 'ignored') ignored.push(`${annotation}=${value} does nothing yet: ${fate.why}`);
    if (fate.type !== 'obsolete') continue;
    const message = sentence('RequestObsolete', { annotation, value, why: fate.why });
    removals.push({
      ...removal(pipeline, annotation, value),
      announcement: { type: 'Normal', reason: 'RequestObsolete', message },
    });
    if (verb === 'approve' && requests.approvedBy !== undefined)
      removals.push(removal(pipeline, annotationOf('approved-by', name), requests.approvedBy));
  }
  return { removals, ignored };
};

/** The annotations of ours that name no environment into which anything is promoted. */
export const misaddressed = ({ metadata: { annotations }, spec }: Pipeline): readonly string[] => {
  const into = spec.environments.slice(1).map(({ name }) => name);
  return Object.entries(annotations).flatMap(([annotation, value]) => {
    const [, environment] = /^pipelines\.weave\.works\/(?:approve|reject|retry)\.(.+)$/.exec(annotation) ?? [];
    if (environment === undefined || into.includes(environment)) return [];
    const there = into.length > 0 ? `only into ${into.join(', ')}` : 'into none of its environments';
    return [`${annotation}=${value} does nothing: this Pipeline promotes ${there}`];
  });
};
