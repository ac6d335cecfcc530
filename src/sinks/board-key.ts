import type { Promotion } from '../model/action.ts';
import { splitKey } from '../model/object-key.ts';

/** The key under which a board knows a repository, by who asks: nobody is told what only another's Secret may see. */
export const boardKey = ({ pipeline, strategy }: Pick<Promotion, 'pipeline' | 'strategy'>): string =>
  [strategy.type, strategy.url, splitKey(pipeline).namespace, strategy.secretRef.name].join(' ');
