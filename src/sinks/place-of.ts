import type { Promotion } from '../model/action.ts';
import { splitKey } from '../model/object-key.ts';

/** A repository and who asks: nobody is told what only another's Secret may see. */
export const placeOf = ({ pipeline, strategy }: Pick<Promotion, 'pipeline' | 'strategy'>): string =>
  [strategy.type, strategy.url, splitKey(pipeline).namespace, strategy.secretRef.name].join(' ');
