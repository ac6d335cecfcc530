import { clusterTitle } from '../../model/cluster.ts';
import { judgement, pass, type Judgement, type Pass } from '../judgement.ts';
import type { Pair } from '../pair.ts';
import { firstOf, titleOf } from '../survey.ts';

/** Every target of the source must be settled, and all on the same revision. */
export const source = ({ source: { environment, targets, settledOn, healthySince }, now }: Pair): Judgement | Pass => {
  const { name } = environment;
  if (settledOn !== undefined)
    return pass('SourceSettled', { revision: settledOn, source: name, since: healthySince ?? now });
  const unsettled = targets.find(({ observation }) => observation.state !== 'settled');
  if (unsettled) {
    const { message, until } = unsettled.observation;
    return judgement(
      'SourceNotSettled',
      { source: name, target: titleOf(unsettled), why: message },
      until === undefined ? {} : { until },
    );
  }
  const clusters = new Map(targets.map(({ observation, cluster }) => [observation.revision ?? 'nothing', cluster]));
  const running = [...clusters].map(([revision, cluster]) => `${revision} in ${clusterTitle(cluster)}`);
  return judgement('SourcesDisagree', { source: name, running: firstOf(running, ', ') });
};
