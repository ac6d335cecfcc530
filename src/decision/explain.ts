import type { PromotionRecord, TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import type { Turn } from './catalogue/entry.ts';
import { catalogue } from './catalogue.ts';
import { judge, judgeFirst, stepNames, trace, type Finding } from './judge.ts';
import type { Judgement, Pass } from './judgement.ts';
import { pairOf, type RetryDelays } from './pair-of.ts';
import type { Pair } from './pair.ts';
import { surveyOfStatus } from './survey-status.ts';
import type { EnvironmentSurvey, TargetSurvey } from './survey.ts';
import { toldOf } from './told-of.ts';
import { turns } from './turns.ts';

/** A target as it was last seen; `state` is `unseen` while nothing current is known of it. Times are as Kubernetes writes them. */
export interface TargetExplained {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision?: string;
  readonly state: 'settled' | 'progressing' | 'failed' | 'suspended' | 'missing' | 'unseen';
  readonly since?: string;
  readonly message?: string;
}

/** What a step of the rule, or a gate, says; `decides` marks the one whose word counts. */
export interface StepExplained {
  readonly step: string;
  readonly type: (Judgement | Pass)['type'];
  readonly reason: (Judgement | Pass)['reason'];
  readonly message: string;
  readonly until?: string;
  readonly decides: boolean;
}

/** What an environment waits for: the answer of the rule, since when it holds, and whose turn it is. */
interface Answered extends Pick<StepExplained, 'type' | 'reason' | 'message' | 'until'> {
  readonly revision?: string;
  readonly since?: string;
  readonly turn: Turn;
  readonly next: string;
}

/** An environment with the decision about it; `from` is where its promotions come from, and `said` what its status says, if that differs. */
export interface EnvironmentExplained {
  readonly name: string;
  readonly from?: string;
  readonly revision?: string;
  readonly targets: readonly TargetExplained[];
  readonly steps: readonly StepExplained[];
  readonly notLookedAt: readonly string[];
  readonly answer: Answered;
  readonly said?: string;
}

const optional = <K extends string>(key: K, value: string | undefined): Partial<Readonly<Record<K, string>>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, string>);

const timeOf = (time: number | undefined): string | undefined => (time === undefined ? undefined : formatTime(time));

const blinks = 'a cluster has only just been lost: it is looked at again in a moment';

const wordsOf = (judgement: Judgement | Pass): string => {
  if (judgement.type === 'pass') return judgement.words();
  return judgement.type === 'blink' ? blinks : judgement.message;
};

const targetExplained = (target: TargetSurvey, told: TargetStatus | undefined, pipeline: Pipeline): TargetExplained => {
  const { cluster, unseen, observation } = target;
  return {
    cluster,
    namespace: target.target.namespace,
    name: target.target.name ?? pipeline.spec.appRef.name,
    ...optional('revision', observation.revision),
    state: unseen ? 'unseen' : observation.state,
    ...optional('since', unseen ? timeOf(unseen.since) : told?.lastTransitionTime),
    ...optional('message', unseen ? unseen.why : observation.message || undefined),
  };
};

const answered = (judgement: Judgement, since: string | undefined): Answered => {
  const { type, reason, revision, until } = judgement;
  const { turn } = catalogue[reason];
  return {
    type,
    reason,
    message: wordsOf(judgement),
    ...optional('revision', revision),
    ...optional('until', timeOf(until)),
    ...optional('since', since),
    turn,
    next: turns[turn],
  };
};

/** Since when a promotion is over, or cannot be made; else since when it is under way. */
const recordedAt = ({ memory: { promotion, history = [] }, source }: Pair): string | undefined => {
  const records: readonly Partial<PromotionRecord>[] = [...(promotion ? [promotion] : []), ...history];
  const known = records.find(({ revision }) => revision === source.settledOn);
  return known?.finishedAt ?? (known?.state === 'Failed' ? known.failedSince : undefined) ?? known?.startedAt;
};

const unseenSince = ({ evidence }: EnvironmentSurvey): string | undefined =>
  evidence.type === 'incomplete' ? timeOf(evidence.since) : undefined;

const changedAt = ({ environment: { name } }: EnvironmentSurvey, { status }: Pipeline): string | undefined =>
  (status.environments?.[name]?.targets ?? [])
    .flatMap(({ lastTransitionTime }) => lastTransitionTime ?? [])
    .sort()
    .at(-1);

/** Since when a step has said what it says, as far as the status can tell; a gate speaks from when the source was settled. */
const sinceOf = (pair: Pair, step: string | undefined): string | undefined => {
  const { pipeline, source, destination } = pair;
  if (step === 'evidence') return unseenSince(source.evidence.type === 'incomplete' ? source : destination);
  if (step === 'source') return changedAt(source, pipeline);
  if (step === 'difference') return timeOf(destination.healthySince);
  return (step === 'memory' ? recordedAt(pair) : undefined) ?? timeOf(source.healthySince);
};

const stepExplained = ({ step, judgement }: Finding, decides: boolean): StepExplained => ({
  step,
  type: judgement.type,
  reason: judgement.reason,
  message: wordsOf(judgement),
  ...optional('until', judgement.type === 'pass' ? undefined : timeOf(judgement.until)),
  decides,
});

type Reasoned = Pick<EnvironmentExplained, 'from' | 'steps' | 'notLookedAt' | 'answer'>;

const pairExplained = (pair: Pair): Reasoned => {
  const findings = [...trace(pair)];
  const deciding = findings.find(({ judgement }) => judgement.type !== 'pass');
  return {
    from: pair.source.environment.name,
    steps: findings.map((finding) => stepExplained(finding, finding === deciding)),
    notLookedAt: stepNames.filter((name) => findings.every(({ step }) => step !== name)),
    answer: answered(judge(pair), sinceOf(pair, deciding?.step)),
  };
};

const firstExplained = (survey: EnvironmentSurvey): Reasoned => ({
  steps: [],
  notLookedAt: [],
  answer: answered(judgeFirst(survey), unseenSince(survey) ?? timeOf(survey.healthySince)),
});

/**
 * The decision about each environment with all its reasons, from what the Pipeline itself says and nothing else: as the controller decides
 * on it, but for what it has seen since it wrote the status, and for how long a forge has asked to be left alone.
 */
export const explain = (pipeline: Pipeline, delays: RetryDelays, now: number): readonly EnvironmentExplained[] => {
  const surveys = surveyOfStatus(pipeline, now);
  return surveys.map((survey, index) => {
    const { name } = survey.environment;
    const source = surveys[index - 1];
    const status = pipeline.status.environments?.[name] ?? {};
    const told = toldOf(pipeline, status);
    const again = { delays, askAgainAt: undefined };
    const reasoned = source ? pairExplained(pairOf(pipeline, [source, survey], again, now)) : firstExplained(survey);
    return {
      name,
      ...optional('revision', survey.revision),
      targets: survey.targets.map((target, index) => targetExplained(target, told(target, index), pipeline)),
      ...reasoned,
      ...optional('said', status.message === reasoned.answer.message ? undefined : status.message),
    };
  });
};
