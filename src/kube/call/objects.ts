import { CoreV1Api, CustomObjectsApi, setHeaderOptions } from '@kubernetes/client-node';
import type { Announcement } from '../../model/action.ts';
import { splitKey, type ObjectKey } from '../../model/object-key.ts';
import type { PipelineStatus } from '../../model/pipeline-status.ts';
import { apiGroup, apiVersion, type SeenPipeline } from '../../model/pipeline.ts';
import { readPipeline } from '../../model/read-pipeline.ts';
import { recordOf } from '../../model/reading.ts';
import { eventOf } from './event-of.ts';
import { leftovers } from './leftovers.ts';
import { ApiError, callApi, makeApi, type CallDeps } from './api-call.ts';

/** The name under which our fields are owned. */
const fieldManager = 'leafwatch';
const requestTimeout = 15_000;

/** The low-rate reads and writes of the management cluster. They throw ApiError, a FailureError with the remedy. */
export interface Objects {
  readonly getPipeline: (pipeline: ObjectKey) => Promise<SeenPipeline | undefined>;
  /** Makes `status` all that we say of the Pipeline, if it is still at `resourceVersion`; `conflict` when not, or when it is gone. */
  readonly applyPipelineStatus: (write: StatusWrite) => Promise<SeenPipeline | 'conflict'>;
  /** Puts `status` into what the status says already, if the Pipeline is still at `resourceVersion`; `conflict` when not, or when it is gone. */
  readonly mergePipelineStatus: (write: StatusWrite) => Promise<SeenPipeline | 'conflict'>;
  /** Takes the annotation off the Pipeline, if it is still the one of `uid` and still says `value`; tells whether it was, and the Pipeline after it. */
  readonly removeAnnotation: (
    removal: AnnotationRemoval,
  ) => Promise<{ readonly removed: boolean; readonly seen: SeenPipeline | undefined }>;
  /** Tells the announcement as an Event on the Pipeline; the same one again only renews its time. */
  readonly createEvent: (pipeline: ObjectKey, uid: string, announcement: Announcement) => Promise<void>;
  /** The data of a Secret, or undefined when there is none: bytes, since a key need be no text. */
  readonly readSecret: (namespace: string, name: string) => Promise<Readonly<Record<string, Uint8Array>> | undefined>;
}

interface StatusWrite {
  readonly pipeline: ObjectKey;
  readonly resourceVersion: string;
  readonly status: PipelineStatus;
}

interface AnnotationRemoval {
  readonly pipeline: ObjectKey;
  readonly uid: string;
  readonly annotation: string;
  readonly value: string;
}

const patchType = (type: 'apply-patch+yaml' | 'merge-patch+json' | 'json-patch+json') =>
  setHeaderOptions('Content-Type', `application/${type}`);
const resource = { group: apiGroup, version: apiVersion.slice(apiGroup.length + 1), plural: 'pipelines' };

const answeredBy = (codes: readonly number[], error: unknown): boolean =>
  error instanceof ApiError && error.code !== undefined && codes.includes(error.code);

/** What may be absent, or not what we took it for, is no failure. */
const unless =
  <T>(codes: readonly number[], otherwise: T) =>
  (error: unknown): T => {
    if (answeredBy(codes, error)) return otherwise;
    throw error;
  };

/** Objects of the cluster that `kubeConfig` names. */
export const createObjects = (deps: CallDeps): Objects => {
  const custom = makeApi(CustomObjectsApi, deps.kubeConfig, requestTimeout);
  const core = makeApi(CoreV1Api, deps.kubeConfig, requestTimeout);
  const call = callApi(deps);
  const getPipeline: Objects['getPipeline'] = (pipeline) =>
    call('GET', `reading Pipeline ${pipeline}`, async (): Promise<unknown> =>
      custom.getNamespacedCustomObject({ ...resource, ...splitKey(pipeline) }),
    ).then(readPipeline, unless([404], undefined));
  const patchStatus = (pipeline: ObjectKey, body: object, type: Parameters<typeof patchType>[0]): Promise<unknown> => {
    const forced = type === 'apply-patch+yaml' ? { force: true } : {};
    const patch = { ...resource, ...splitKey(pipeline), body, fieldManager, ...forced };
    return call('PATCH', `writing the status of Pipeline ${pipeline}`, async (): Promise<unknown> =>
      custom.patchNamespacedCustomObjectStatus(patch, patchType(type)),
    );
  };
  const removeIfSame = (removal: AnnotationRemoval): Promise<unknown> => {
    const { pipeline, annotation } = removal;
    const patch = { ...resource, ...splitKey(pipeline), body: operationsOf(removal), fieldManager };
    return call('PATCH', `removing the annotation ${annotation} of Pipeline ${pipeline}`, async (): Promise<unknown> =>
      custom.patchNamespacedCustomObject(patch, patchType('json-patch+json')),
    );
  };
  const writeStatus = async ({ pipeline, resourceVersion, status }: StatusWrite): Promise<SeenPipeline> => {
    // An API server looks at no uid here; but a version is never used again, by a successor of the same name either.
    const metadata = { ...splitKey(pipeline), resourceVersion };
    const applied = await patchStatus(pipeline, { apiVersion, kind: 'Pipeline', metadata, status }, 'apply-patch+yaml');
    const { status: actual, metadata: newest } = recordOf(applied);
    const surplus = leftovers(actual, JSON.parse(JSON.stringify(status)));
    if (!surplus) return readPipeline(applied);
    const taken = { metadata: { resourceVersion: recordOf(newest)['resourceVersion'] }, status: surplus };
    return readPipeline(await patchStatus(pipeline, taken, 'merge-patch+json'));
  };
  return {
    getPipeline,

    applyPipelineStatus: (write) => writeStatus(write).catch(unless([404, 409], 'conflict' as const)),

    mergePipelineStatus: ({ pipeline, resourceVersion, status }) =>
      patchStatus(pipeline, { metadata: { resourceVersion }, status }, 'merge-patch+json').then(
        readPipeline,
        unless([404, 409], 'conflict' as const),
      ),

    removeAnnotation: (removal) =>
      removeIfSame(removal).then(
        (after) => ({ removed: true, seen: readPipeline(after) }),
        async (error: unknown) => {
          if (!answeredBy([404, 422], error)) throw error;
          // A failed test and a refused change are both answered 422: only the object tells them apart.
          const seen = await getPipeline(removal.pipeline);
          if (carries(seen, removal)) throw error;
          return { removed: false, seen };
        },
      ),

    createEvent: async (pipeline, uid, announcement) => {
      const event = eventOf(pipeline, uid, announcement, new Date(deps.clock.now()));
      const { namespace } = splitKey(pipeline);
      const doing = `recording the Event ${announcement.reason} of Pipeline ${pipeline}`;
      // Both: kubectl tells the age of an Event that is counted once by the first.
      const { firstTimestamp, lastTimestamp } = event;
      const renew = () =>
        core.patchNamespacedEvent(
          { namespace, name: event.metadata.name, body: { firstTimestamp, lastTimestamp }, fieldManager },
          patchType('merge-patch+json'),
        );
      const created = await call('POST', doing, () =>
        core.createNamespacedEvent({ namespace, body: event, fieldManager }),
      ).catch(unless([409], undefined));
      if (created === undefined) await call('PATCH', doing, renew);
    },

    readSecret: (namespace, name) =>
      call('GET', `reading Secret ${namespace}/${name}`, () => core.readNamespacedSecret({ namespace, name })).then(
        ({ data }) => decoded(data ?? {}),
        unless([404], undefined),
      ),
  };
};

/** RFC 6902: a removal that is done only where both tests hold. */
const operationsOf = ({ uid, annotation, value }: AnnotationRemoval): readonly object[] => {
  const path = `/metadata/annotations/${annotation.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path, value },
    { op: 'remove', path },
  ];
};

const carries = (seen: SeenPipeline | undefined, { uid, annotation, value }: AnnotationRemoval): boolean =>
  seen?.metadata.uid === uid && seen.metadata.annotations[annotation] === value;

const decoded = (data: Readonly<Record<string, string>>): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
