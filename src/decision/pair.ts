import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { EnvironmentStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Judgement, Pass } from './judgement.ts';
import type { EnvironmentSurvey } from './survey.ts';

/** An adjacent pair of environments, with what is remembered of promotions into the second. */
export interface Pair {
  readonly pipeline: Pipeline;
  readonly source: EnvironmentSurvey;
  readonly destination: EnvironmentSurvey;
  /** How promotions into the destination are made: its own block, which replaces the Pipeline's. */
  readonly promotion: PromotionSpec;
  readonly memory: EnvironmentStatus;
  /** The earliest time at which the promotion may be tried again, after attempts that failed; milliseconds. */
  readonly notBefore: number;
  readonly now: number;
}

/** A pair whose source is settled on a revision, since when (milliseconds): that is what may be promoted. */
export interface Candidate extends Pair {
  readonly revision: string;
  readonly healthySince: number;
}

/** An environment's own promotion block replaces the Pipeline's. */
export const promotionInto = (pipeline: Pipeline, { environment }: EnvironmentSurvey): PromotionSpec =>
  environment.promotion ?? pipeline.spec.promotion ?? {};

/** A step of the rule: it lets a candidate pass, or says what it waits for or is held by. */
export type Step = (candidate: Candidate) => Judgement | Pass;
