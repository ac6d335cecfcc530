import { z } from 'zod';
import { PipelineStatus } from './pipeline-status.ts';
import { Pipeline, UnreadablePipeline, type SeenPipeline } from './pipeline.ts';
import { recordOf } from './reading.ts';

const Identified = UnreadablePipeline.pick({ metadata: true });
const Specified = Pipeline.pick({ spec: true });

/**
 * A Pipeline as it came from an API server, or what is known of it when its spec is not one; a status that another
 * controller has written, and that is not ours, reads as empty. Throws when it is no object of an API server.
 */
export const readPipeline = (raw: unknown): SeenPipeline => {
  const { metadata } = Identified.parse(raw);
  const { status } = recordOf(raw);
  const read = Specified.safeParse(raw);
  if (!read.success) return { metadata, status, problem: problemOf(read.error) };
  return { metadata, spec: read.data.spec, status: PipelineStatus.safeParse(status).data ?? {} };
};

const problemOf = ({ issues: [issue] }: z.ZodError): string =>
  issue ? `${z.core.toDotPath(issue.path)}: ${issue.message}` : 'the spec is not that of a Pipeline';
