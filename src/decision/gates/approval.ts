import { apiGroup } from '../../model/pipeline.ts';
import { formatTime } from '../../model/time.ts';
import { hold } from '../judgement.ts';
import type { Gate } from './gate.ts';

/** The annotation by which a person approves one revision for one environment. */
export const approvalAnnotation = (environment: string): string => `${apiGroup}/approve.${environment}`;

/** A manual promotion waits for a person; the approval counts for exactly the revision that it names. */
export const approval: Gate = ({ pipeline, source, destination, promotion, revision, begun }) => {
  const { name } = destination.environment;
  const { annotations, namespace, name: pipelineName } = pipeline.metadata;
  const approved = annotations[approvalAnnotation(name)];
  if (!promotion.manual || begun || approved === revision) return undefined;
  const since = formatTime(Math.max(...source.targets.map(({ observation }) => observation.healthySince ?? 0)));
  const other = approved === undefined ? '' : ` (approved is ${approved}, which is not what waits)`;
  const command = `kubectl -n ${namespace} annotate --overwrite pipeline ${pipelineName} ${approvalAnnotation(name)}=${revision}`;
  const message = `${revision} waits for approval${other}, healthy in ${source.environment.name} since ${since}: ${command}`;
  return hold('ApprovalRequired', message, revision);
};
