import type { EnvironmentStatus } from '../model/pipeline-status.ts';
import { evidenceKey, type EnvironmentSurvey } from './survey.ts';

/**
 * Of what signed events have said, what still counts: a target that a watch shows has said more since, and would be taken for what it was before
 * should its cluster be registered no more; one that is none any more may come back as another.
 */
export const stillHeard = (
  { evidence }: EnvironmentStatus,
  { targets }: EnvironmentSurvey,
): Pick<EnvironmentStatus, 'evidence'> => {
  if (!evidence) return {};
  const unwatched = new Set(
    targets.filter(({ unseen, detectedBy }) => unseen || detectedBy === 'Webhook').map(evidenceKey),
  );
  const kept = Object.entries(evidence).filter(([key]) => unwatched.has(key));
  return kept.length > 0 ? { evidence: Object.fromEntries(kept) } : {};
};
