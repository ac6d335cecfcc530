import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { lacking, wishesOf } from '../model/strategy-limits.ts';
import { blockingFields } from './gates/strategy.ts';

const fieldsOf = (path: string, promotion: PromotionSpec | undefined): readonly string[] => {
  if (!promotion) return [];
  const pullRequest = promotion.strategy?.['pull-request'];
  const wishes = pullRequest ? wishesOf(pullRequest).filter((wish) => lacking[pullRequest.type].includes(wish)) : [];
  const fields = [
    ...blockingFields(promotion),
    ...wishes.map((wish) => `strategy.pull-request.${wish} (${pullRequest?.type ?? ''} has none)`),
  ];
  return fields.map((field) => `${path}.${field}`);
};

/** The fields of a Pipeline that are accepted, and that this version does not obey yet. */
export const notHonoured = ({ spec }: Pipeline): readonly string[] => [
  ...fieldsOf('spec.promotion', spec.promotion),
  ...spec.environments.flatMap(({ name, promotion }) => fieldsOf(`spec.environments[${name}].promotion`, promotion)),
];
