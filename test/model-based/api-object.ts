import type { ActionOf, Outcome } from '../../src/model/action.ts';
import { keyOfPipeline, type Pipeline } from '../../src/model/pipeline.ts';

/** The Pipeline on the API server: optimistic locking, annotations that are taken off only while they say so, a watch that shows each version. */
export const createApiObject = (first: Pipeline, changed: (pipeline: Pipeline) => void) => {
  let stored = first;
  let version = 100;
  const store = (pipeline: Pipeline): Pipeline => {
    stored = structuredClone({
      ...pipeline,
      metadata: { ...pipeline.metadata, resourceVersion: String(++version) },
    });
    changed(stored);
    return stored;
  };
  return {
    stored: () => stored,
    /** Somebody else changes it. */
    change: (change: (pipeline: Pipeline) => Pipeline): void => void store(change(stored)),
    writeStatus: ({ uid, resourceVersion, status }: ActionOf<'write-status'>): Outcome =>
      stored.metadata.uid === uid && stored.metadata.resourceVersion === resourceVersion
        ? { type: 'status-written', pipeline: store({ ...stored, status }) }
        : { type: 'status-conflict', pipeline: stored },
    removeAnnotation: ({ uid, annotation, value }: ActionOf<'remove-annotation'>): Outcome => {
      const { metadata } = stored;
      const pipeline = keyOfPipeline(stored);
      if (metadata.uid !== uid || metadata.annotations[annotation] !== value)
        return { type: 'annotation-removed', pipeline, annotation, value, removed: false, seen: stored };
      const annotations = Object.fromEntries(
        Object.entries(metadata.annotations).filter(([name]) => name !== annotation),
      );
      const seen = store({ ...stored, metadata: { ...metadata, annotations } });
      return { type: 'annotation-removed', pipeline, annotation, value, removed: true, seen };
    },
  };
};
