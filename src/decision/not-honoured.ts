import type { PromotionSpec } from '../model/pipeline-spec.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { blockingFields } from './gates/strategy.ts';

const fieldsOf = (path: string, promotion: PromotionSpec | undefined): readonly string[] => {
  if (!promotion) return [];
  const fields = [...blockingFields(promotion), ...(promotion.strategy?.secretRef ? ['strategy.secretRef'] : [])];
  return fields.map((field) => `${path}.${field}`);
};

/** An annotation of ours that does nothing: `retry` is not obeyed yet, and a misspelt environment is nobody's. */
const isIdle = (annotation: string, environments: readonly string[]): boolean => {
  const [, verb, environment] = /^pipelines\.weave\.works\/(approve|reject|retry)\.(.+)$/.exec(annotation) ?? [];
  return verb !== undefined && (verb === 'retry' || !environments.includes(environment ?? ''));
};

/** The fields and annotations of a Pipeline that are accepted, and that this version does not obey yet. */
export const notHonoured = ({ spec, metadata }: Pipeline): readonly string[] => {
  const names = spec.environments.map(({ name }) => name);
  return [
    ...fieldsOf('spec.promotion', spec.promotion),
    ...spec.environments.flatMap(({ name, promotion }) => fieldsOf(`spec.environments[${name}].promotion`, promotion)),
    ...Object.keys(metadata.annotations)
      .filter((annotation) => isIdle(annotation, names))
      .map((annotation) => `metadata.annotations[${annotation}]`),
  ];
};
