import type { PromotionSpec } from '../../model/pipeline-spec.ts';
import type { Pipeline } from '../../model/pipeline.ts';
import type { Judgement } from '../judgement.ts';
import type { EnvironmentSurvey } from '../survey.ts';

/** A promotion that everything but the gates allows. `begun` tells that it was started before: a person has approved it then. */
export interface Candidate {
  readonly pipeline: Pipeline;
  readonly source: EnvironmentSurvey;
  readonly destination: EnvironmentSurvey;
  readonly promotion: PromotionSpec;
  readonly revision: string;
  readonly begun: boolean;
  readonly now: number;
}

/** A condition on a promotion: undefined lets it pass. */
export type Gate = (candidate: Candidate) => Judgement | undefined;
