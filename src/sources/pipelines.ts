import { concatMap, type Observable } from 'rxjs';
import type { Connection } from '../kube/wire/connection.ts';
import type { Resource } from '../kube/watch/resource.ts';
import type { Fact } from '../model/fact.ts';
import type { Failure } from '../model/failure.ts';
import { apiGroup, isReadable, keyOfPipeline, type SeenPipeline } from '../model/pipeline.ts';
import { readPipeline } from '../model/read-pipeline.ts';
import type { Change } from '../stream/reflect.ts';
import { watchChanges, type WatchDeps } from './watch-changes.ts';

export interface PipelinesDeps extends WatchDeps {
  /** The management cluster. */
  readonly connection: Connection;
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** Whether a Pipeline may name clusters that are registered in another namespace than its own. */
  readonly crossNamespaceRefs: boolean;
}

/** The Pipelines of the management cluster, as facts; one that cannot be read is a fact of its own and harms no other. */
export const watchPipelines = (options: PipelinesDeps): Observable<Fact> => {
  const { connection, namespace, labelSelector, crossNamespaceRefs, ...deps } = options;
  const resource: Resource = { group: apiGroup, versions: ['v1alpha1'], plural: 'pipelines', namespace, labelSelector };
  const project = crossNamespaceRefs ? readPipeline : (raw: unknown) => withinNamespace(readPipeline(raw));
  return watchChanges(connection, resource, { ...reading, project }, deps).pipe(concatMap(factsOf));
};

/** The Pipeline, unless it names a cluster of another namespace: then it counts as one that cannot be read. */
const withinNamespace = (pipeline: SeenPipeline): SeenPipeline => {
  if (!isReadable(pipeline)) return pipeline;
  const { metadata, status, spec } = pipeline;
  for (const { name, targets } of spec.environments)
    for (const { clusterRef } of targets)
      if (clusterRef?.namespace !== undefined && clusterRef.namespace !== metadata.namespace)
        return { metadata, status, problem: foreign(name, clusterRef.namespace) };
  return pipeline;
};

const foreign = (environment: string, namespace: string): string =>
  `spec.environments[${environment}]: a clusterRef names namespace ${namespace}; --no-cross-namespace-refs allows only the Pipeline's own`;

const reading = {
  key: keyOfPipeline,
  uid: ({ metadata }: SeenPipeline) => metadata.uid,
  same: (before: SeenPipeline, after: SeenPipeline) =>
    before.metadata.resourceVersion === after.metadata.resourceVersion,
};

const factsOf = (change: Change<SeenPipeline, Failure>): readonly Fact[] => {
  switch (change.type) {
    case 'replaced':
      return [...change.objects.map(seen), { type: 'pipelines-listed', pipelines: change.objects.map(keyOfPipeline) }];
    case 'apply':
      return [seen(change.object)];
    case 'delete':
      return [{ type: 'pipeline-gone', pipeline: keyOfPipeline(change.object) }];
    case 'resumed':
    case 'lost':
      return [];
  }
};

const seen = (pipeline: SeenPipeline): Fact =>
  isReadable(pipeline) ? { type: 'pipeline-seen', pipeline } : { type: 'pipeline-unreadable', pipeline };
