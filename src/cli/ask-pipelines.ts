import { asyncScheduler } from 'rxjs';
import { askJson } from '../kube/wire/ask-json.ts';
import type { Connection } from '../kube/wire/connection.ts';
import { RefusedError } from '../kube/wire/refusal.ts';
import { pathOf, queryOf } from '../kube/watch/resource.ts';
import type { Clock } from '../model/clock.ts';
import { FailureError } from '../model/failure.ts';
import { apiGroup, isReadable } from '../model/pipeline.ts';
import { readPipeline } from '../model/read-pipeline.ts';
import { listOf, recordOf, textOf, timeOf } from '../model/reading.ts';
import type { MadePipeline } from './delivery.ts';

// A status has up to 200 kB, and an answer of ours up to 4 MiB.
const pageSize = '10';

const refused = (where: string, error: unknown): FailureError => {
  const told = error instanceof RefusedError ? `the API server answered ${error.refusal.code}: ` : '';
  const message = `the Pipelines ${where} were not read: ${told}${error instanceof Error ? error.message : String(error)}`;
  return new FailureError({ remedy: 'give-up', reason: 'PipelinesNotRead', message });
};

const made = (raw: unknown): readonly MadePipeline[] => {
  const pipeline = readPipeline(raw);
  return isReadable(pipeline)
    ? [{ pipeline, made: timeOf(recordOf(recordOf(raw)['metadata'])['creationTimestamp']) }]
    : [];
};

/** Reads the Pipelines of a namespace, or of all, with the rights of whoever runs this. Throws a FailureError that says what is in the way. */
export const askPipelines = async (
  { connection, clock }: { readonly connection: Connection; readonly clock: Clock },
  namespace: string | undefined,
  timeout: number,
): Promise<readonly MadePipeline[]> => {
  const asking = { connection, signal: AbortSignal.timeout(timeout), clock, scheduler: asyncScheduler };
  const resource = { group: apiGroup, versions: ['v1alpha1'] as const, plural: 'pipelines', namespace };
  const pipelines: MadePipeline[] = [];
  let next: string | undefined;
  try {
    do {
      const page = `${pathOf(resource, 'v1alpha1')}?${queryOf(resource, { limit: pageSize, continue: next })}`;
      const list = recordOf(await askJson(asking, page));
      pipelines.push(...listOf(list['items']).flatMap(made));
      next = textOf(recordOf(list['metadata'])['continue']);
    } while (next !== undefined);
  } catch (error) {
    throw refused(namespace === undefined ? 'of all namespaces' : `in namespace ${namespace}`, error);
  }
  return pipelines;
};
