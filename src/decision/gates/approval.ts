import { apiGroup } from '../../model/pipeline.ts';
import { hold } from '../judgement.ts';
import type { Gate } from './gate.ts';

/** The annotation by which a person approves one revision for one environment. */
export const approvalAnnotation = (environment: string): string => `${apiGroup}/approve.${environment}`;

/** The annotation by which a person rejects one revision for one environment. */
const rejectionAnnotation = (environment: string): string => `${apiGroup}/reject.${environment}`;

/** A manual promotion waits for a person; the approval counts for exactly the revision that it names. */
export const approval: Gate = ({ pipeline, destination, promotion, revision, begun }) => {
  const { name } = destination.environment;
  const { annotations, namespace, name: pipelineName } = pipeline.metadata;
  if (annotations[rejectionAnnotation(name)] === revision)
    return hold('Rejected', `${revision} was rejected for ${name} by annotation ${rejectionAnnotation(name)}`);
  if (!promotion.manual || begun || annotations[approvalAnnotation(name)] === revision) return undefined;
  const command = `kubectl -n ${namespace} annotate --overwrite pipeline ${pipelineName} ${approvalAnnotation(name)}=${revision}`;
  return hold('ApprovalRequired', `${revision} waits for approval: ${command}`, revision);
};
