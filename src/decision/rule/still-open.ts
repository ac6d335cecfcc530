import { judgement, type Judgement } from '../judgement.ts';
import type { Candidate } from '../pair.ts';
import { annotateCommand } from '../requests.ts';

/** Where the source has gone back from what is open, and nothing takes its place: whoever merges it promotes what was taken back. */
export const stillOpen = ({ pipeline, source, destination, memory, revision }: Candidate): Judgement | undefined => {
  const { promotion } = memory;
  if (promotion?.state !== 'Open' || promotion.revision === revision) return undefined;
  const { revision: open, pullRequest } = promotion;
  const { name: environment } = destination.environment;
  const reject = annotateCommand(pipeline, 'reject', environment, open);
  const facts = { revision, source: source.environment.name, open, number: pullRequest?.number, url: pullRequest?.url };
  return judgement('StillOpen', { ...facts, reject }, { revision: open });
};
