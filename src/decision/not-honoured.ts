import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { lacking, wishesOf } from '../model/strategy-limits.ts';

const fieldsOf = (path: string, promotion: PromotionSpec | undefined): readonly string[] => {
  if (!promotion) return [];
  const pullRequest = promotion.strategy?.['pull-request'];
  const wishes = pullRequest ? wishesOf(pullRequest).filter((wish) => lacking[pullRequest.type].includes(wish)) : [];
  return wishes.map((wish) => `${path}.strategy.pull-request.${wish} (${pullRequest?.type ?? ''} has none)`);
};

/** The fields of a Pipeline that are accepted, and that its forge cannot obey. */
export const notHonoured = ({ spec }: Pipeline): readonly string[] => [
  ...fieldsOf('spec.promotion', spec.promotion),
  ...spec.environments.flatMap(({ name, promotion }) => fieldsOf(`spec.environments[${name}].promotion`, promotion)),
];
