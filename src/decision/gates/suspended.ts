import { hold } from '../judgement.ts';
import type { Gate } from './gate.ts';

/** Nothing is promoted by a suspended Pipeline, nor into a suspended environment. */
export const suspended: Gate = ({ pipeline, destination, revision }) => {
  const { suspend, name } = destination.environment;
  if (pipeline.spec.suspend) return hold('Suspended', `${revision} waits: the Pipeline is suspended`, revision);
  return suspend ? hold('Suspended', `${revision} waits: environment ${name} is suspended`, revision) : undefined;
};
