import type { ActionOf, Outcome } from '../model/action.ts';
import type { Objects } from '../kube/call/objects.ts';

export interface WriteStatusDeps {
  readonly objects: Pick<Objects, 'applyPipelineStatus' | 'getPipeline'>;
}

/** Writes a status; when somebody else was faster, the outcome is what the Pipeline is now. */
export const writeStatus =
  ({ objects }: WriteStatusDeps) =>
  async (action: ActionOf<'write-status'>): Promise<Outcome> => {
    const written = await objects.applyPipelineStatus(action);
    return written === 'conflict'
      ? { type: 'status-conflict', pipeline: await objects.getPipeline(action.pipeline) }
      : { type: 'status-written', pipeline: written };
  };
