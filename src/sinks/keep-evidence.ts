import { hear } from '../decision/hear.ts';
import type { Objects } from '../kube/call/objects.ts';
import { FailureError } from '../model/failure.ts';
import type { FluxEvent } from '../model/flux-event.ts';
import { isReadable, keyOfPipeline, type Pipeline, type SeenPipeline } from '../model/pipeline.ts';

export interface KeepEvidenceDeps {
  readonly objects: Pick<Objects, 'getPipeline' | 'mergePipelineStatus'>;
}

/** Which target of a Pipeline an event is about; `evidence` is its key in the environment's status. */
export interface Heard {
  readonly environment: string;
  readonly evidence: string;
  readonly event: FluxEvent;
}

// Each further attempt is one more writer who was faster within a few milliseconds.
const attempts = 8;

/**
 * Keeps what a signed event says of a target in the Pipeline's status, whichever replica it came to: a write of that one entry, on the version that
 * it was decided on. Resolves with the newest Pipeline once that is safe, and with undefined where the event adds nothing.
 */
export const keepEvidence =
  ({ objects }: KeepEvidenceDeps) =>
  async (known: Pipeline, { environment, evidence, event }: Heard): Promise<SeenPipeline | undefined> => {
    const pipeline = keyOfPipeline(known);
    let seen: SeenPipeline | undefined = known;
    for (let attempt = 0; attempt < attempts && seen && isReadable(seen); attempt += 1) {
      const before = seen.status.environments?.[environment]?.evidence?.[evidence];
      const after = hear(event, before);
      if (!after) return undefined;
      const { resourceVersion } = seen.metadata;
      const status = { environments: { [environment]: { evidence: { [evidence]: after } } } };
      const written = await objects.mergePipelineStatus({ pipeline, resourceVersion, status });
      if (written !== 'conflict') return written;
      seen = await objects.getPipeline(pipeline);
    }
    throw new FailureError({
      remedy: 'retry',
      reason: 'EvidenceNotKept',
      message: `Pipeline ${pipeline} is gone, cannot be read, or is changed by others again and again: what was heard of ${environment} is not kept`,
    });
  };
