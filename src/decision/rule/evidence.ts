import { blink, judgement, pass, type Judgement, type Pass } from '../judgement.ts';
import type { Pair } from '../pair.ts';

/** Every cluster of both environments must be seen now; what was last known of one that is lost decides nothing. */
export const evidence = ({ source, destination }: Pair): Judgement | Pass => {
  const both = [source, destination];
  for (const { evidence } of both)
    if (evidence.type === 'incomplete') return judgement('ClusterUnseen', { why: evidence.why });
  for (const { evidence } of both) if (evidence.type === 'blink') return blink(evidence.until);
  return pass('EvidenceComplete', {
    source: source.environment.name,
    environment: destination.environment.name,
    targets: source.targets.length + destination.targets.length,
  });
};
