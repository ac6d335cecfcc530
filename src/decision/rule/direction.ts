import { compareVersions } from '../../model/compare-versions.ts';
import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';
import { firstOf, type EnvironmentSurvey } from '../survey.ts';
import { stillOpen } from './still-open.ts';

const revisionsOf = ({ revision, targets }: EnvironmentSurvey): readonly string[] =>
  revision === undefined ? [...new Set(targets.flatMap(({ observation }) => observation.revision ?? []))] : [revision];

/** No target of the destination may run a newer version; one that cannot be compared may be newer. */
export const direction: Step = (candidate) => {
  const { promotion, destination, revision } = candidate;
  const environment = destination.environment.name;
  const running = revisionsOf(destination);
  const facts = { revision, running: firstOf(running, '|') || 'nothing', allowed: false };
  if (promotion.allowDowngrade) return pass('DirectionAllowed', { ...facts, allowed: true });
  for (const other of running) {
    const order = compareVersions(revision, other);
    if (order === 'older')
      return stillOpen(candidate) ?? judgement('Downgrade', { revision, environment, running: other }, { revision });
    if (order === 'unknown')
      return judgement('DirectionUnknown', { revision, environment, running: other }, { revision });
  }
  return pass('DirectionAllowed', facts);
};
