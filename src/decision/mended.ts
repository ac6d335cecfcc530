import type { Pipeline } from '../model/pipeline.ts';
import { reconcileRequest } from './requests.ts';

/** Whether the spec has changed since the last look. */
export const hasNewSpec = ({ metadata: { generation }, status }: Pipeline): boolean =>
  (status.observedGeneration ?? generation) !== generation;

/** Whether what could not be made may have been mended since the last look: people ask for another attempt, or have changed the spec. */
export const isMended = (pipeline: Pipeline): boolean => {
  const request = reconcileRequest(pipeline);
  return hasNewSpec(pipeline) || (request !== undefined && request !== pipeline.status.lastHandledReconcileAt);
};
