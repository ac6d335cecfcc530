import type { PromotionIdentity } from './action.ts';
import type { ObjectKey } from './object-key.ts';

type Place = Pick<PromotionIdentity, 'pipeline' | 'environment'>;

/** Until when the promotions into the environments of Pipelines are left alone, milliseconds. */
export const pauses = () => {
  const times = new Map<ObjectKey, Map<string, number>>();
  return {
    until: ({ pipeline, environment }: Place): number | undefined => times.get(pipeline)?.get(environment),
    set: ({ pipeline, environment }: Place, until: number): void => {
      times.set(pipeline, (times.get(pipeline) ?? new Map<string, number>()).set(environment, until));
    },
    end: ({ pipeline, environment }: Place): void => void times.get(pipeline)?.delete(environment),
    forget: (pipeline: ObjectKey): void => void times.delete(pipeline),
  };
};
