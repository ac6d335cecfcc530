import { compareVersions } from '../compare-versions.ts';
import { judgement } from '../judgement.ts';
import type { Step } from '../pair.ts';

/** No target of the destination may run a newer version; one that cannot be compared may be newer. */
export const direction: Step = ({ promotion, destination, revision }) => {
  const environment = destination.environment.name;
  const running = [...new Set(destination.targets.flatMap(({ observation }) => observation.revision ?? []))];
  const facts = { revision, running: running.join('|') || 'nothing', allowed: false };
  if (promotion.allowDowngrade) return judgement('DirectionAllowed', { ...facts, allowed: true });
  for (const other of running) {
    const order = compareVersions(revision, other);
    if (order === 'older') return judgement('Downgrade', { revision, environment, running: other }, { revision });
    if (order === 'unknown')
      return judgement('DirectionUnknown', { revision, environment, running: other }, { revision });
  }
  return judgement('DirectionAllowed', facts);
};
