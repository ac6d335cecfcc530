import type { ActionOf, Outcome } from '../model/action.ts';
import type { Objects } from '../kube/call/objects.ts';

export interface AnnounceDeps {
  readonly objects: Pick<Objects, 'createEvent'>;
}

/** Records an announcement as a Kubernetes Event on its Pipeline. */
export const announce =
  ({ objects }: AnnounceDeps) =>
  async ({ pipeline, uid, announcement }: ActionOf<'announce'>): Promise<Outcome> => {
    await objects.createEvent(pipeline, uid, announcement);
    return { type: 'announced', pipeline, announcement };
  };
