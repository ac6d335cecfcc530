import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';

/** Nothing is promoted by a suspended Pipeline, nor into a suspended environment. */
export const suspended: Step = ({ pipeline, destination, revision }) => {
  const { suspend, name } = destination.environment;
  if (pipeline.spec.suspend) return judgement('Suspended', { revision, what: 'the Pipeline' }, { revision });
  if (suspend) return judgement('Suspended', { revision, what: `environment ${name}` }, { revision });
  return pass('NotSuspended', { environment: name });
};
