import { asyncScheduler } from 'rxjs';
import { askJson } from '../kube/wire/ask-json.ts';
import type { Asking } from '../kube/wire/ask.ts';
import type { Connection } from '../kube/wire/connection.ts';
import { RefusedError } from '../kube/wire/refusal.ts';
import { pathOf } from '../kube/watch/resource.ts';
import type { Clock } from '../model/clock.ts';
import { FailureError } from '../model/failure.ts';
import { apiGroup, isReadable, type Pipeline } from '../model/pipeline.ts';
import { readPipeline } from '../model/read-pipeline.ts';
import { listOf, recordOf, textOf } from '../model/reading.ts';
import { nearest } from './nearest.ts';

/** A Pipeline, and when its status was last changed, as the API server remembers it. */
export interface AskedPipeline {
  readonly pipeline: Pipeline;
  readonly changedAt: string | undefined;
}

export interface AskPipelineOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  readonly timeout: number;
}

const fail = (reason: string, message: string): never => {
  throw new FailureError({ remedy: 'give-up', reason, message });
};

/** Names are enough to tell which one was meant. */
const manyNames = 200;
const metadataOnly = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };

const namesIn = async (asking: Asking, collection: string): Promise<readonly string[]> => {
  try {
    const list = recordOf(await askJson(asking, `${collection}?limit=${manyNames}`, metadataOnly));
    return listOf(list['items']).flatMap((item) => textOf(recordOf(recordOf(item)['metadata'])['name']) ?? []);
  } catch {
    // Who may read one Pipeline may not be allowed to list them: then it is only said that this one is not there.
    return [];
  }
};

const missing = async (asking: Asking, collection: string, namespace: string, name: string): Promise<never> => {
  const near = nearest(name, await namesIn(asking, collection));
  const others = near.length > 0 ? `there is ${near.join(', ')}` : 'name its namespace by -n';
  return fail('NotFound', `there is no Pipeline ${name} in namespace ${namespace}; ${others}`);
};

/** The newest write of the status: what is written again unchanged does not count, so this is when something changed. */
const statusChangedAt = (raw: unknown): string | undefined =>
  listOf(recordOf(recordOf(raw)['metadata'])['managedFields'])
    .map(recordOf)
    .filter(({ subresource }) => subresource === 'status')
    .flatMap(({ time }) => textOf(time) ?? [])
    .sort()
    .at(-1);

/** Reads one Pipeline with the rights of whoever runs this. Throws a FailureError that says what is in the way, and for whom. */
export const askPipeline = async (options: AskPipelineOptions): Promise<AskedPipeline> => {
  const { connection, clock, namespace, name, timeout } = options;
  const asking = { connection, signal: AbortSignal.timeout(timeout), clock, scheduler: asyncScheduler };
  const resource = { group: apiGroup, versions: ['v1alpha1'] as const, plural: 'pipelines', namespace };
  const collection = pathOf(resource, 'v1alpha1');
  const raw = await askJson(asking, `${collection}/${name}`).catch((error: unknown) => {
    const what = `Pipeline ${namespace}/${name}`;
    if (!(error instanceof RefusedError))
      return fail('Unreachable', `${what} was not read: ${error instanceof Error ? error.message : String(error)}`);
    // Without a Status of this object, it is the kind that the server does not know.
    if (error.refusal.code === 404 && error.refusal.reason !== 'NotFound')
      return fail('NoPipelines', `the cluster knows no Pipelines: install manifests/crd.yaml, or pass --kubeconfig`);
    if (error.refusal.code === 404) return missing(asking, collection, namespace, name);
    return fail('Refused', `${what} was not read: the API server answered ${error.refusal.code}: ${error.message}`);
  });
  const pipeline = readPipeline(raw);
  if (!isReadable(pipeline))
    return fail('InvalidSpec', `Pipeline ${namespace}/${name} cannot be read: ${pipeline.problem}; correct it`);
  return { pipeline, changedAt: statusChangedAt(raw) };
};
