import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { blockingFields } from './gates/strategy.ts';

const fieldsOf = (path: string, promotion: PromotionSpec | undefined): readonly string[] => {
  if (!promotion) return [];
  return blockingFields(promotion).map((field) => `${path}.${field}`);
};

/** The fields of a Pipeline that are accepted, and that this version does not obey yet. */
export const notHonoured = ({ spec }: Pipeline): readonly string[] => [
  ...fieldsOf('spec.promotion', spec.promotion),
  ...spec.environments.flatMap(({ name, promotion }) => fieldsOf(`spec.environments[${name}].promotion`, promotion)),
];
