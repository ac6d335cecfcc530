import type { Announcement } from './action.ts';
import type { Deployment, DeploymentEffect } from './deployment.ts';
import type { ObjectKey } from './object-key.ts';

/** Something that others may want to hear: what is announced on a Pipeline, or what has become of a deployment. */
export type News =
  | {
      readonly type: 'announced';
      /** The same for each telling of one thing, and for no other. */
      readonly id: string;
      /** Milliseconds since the epoch. */
      readonly at: number;
      readonly pipeline: ObjectKey;
      readonly uid: string;
      readonly announcement: Announcement;
    }
  | {
      readonly type: 'deployed';
      readonly id: string;
      readonly at: number;
      readonly pipeline: ObjectKey;
      readonly uid: string;
      readonly deployment: Deployment;
      readonly effect: DeploymentEffect;
    };
