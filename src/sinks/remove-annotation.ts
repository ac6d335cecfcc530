import type { ActionOf, Outcome } from '../model/action.ts';
import type { Objects } from '../kube/call/objects.ts';

export interface RemoveAnnotationDeps {
  readonly objects: Pick<Objects, 'removeAnnotation' | 'createEvent'>;
}

/** Takes an annotation off its Pipeline and tells of it, if there is something to tell; tells nothing where it was gone, or said something else by then. */
export const removeAnnotation =
  ({ objects }: RemoveAnnotationDeps) =>
  async (action: ActionOf<'remove-annotation'>): Promise<Outcome> => {
    const { pipeline, uid, annotation, value, announcement } = action;
    const { removed, seen } = await objects.removeAnnotation(action);
    if (removed && announcement) await objects.createEvent(pipeline, uid, announcement);
    return { type: 'annotation-removed', pipeline, annotation, value, removed, seen };
  };
