import type { ClusterKey } from './cluster.ts';
import type { ObjectKey } from './object-key.ts';

/**
 * A version of an application that is on its way to one target, has arrived there, or has failed to. Told once for each `status` that it comes
 * to: `progressing` where that is seen, then `succeeded` or `failed`, `rolledback` when Flux has taken it back, and `succeeded` when Flux gets
 * there after all. Times are as Kubernetes writes them, and as near as the application object tells them.
 */
export interface Deployment {
  /** The same for every telling of one deployment, over restarts, replicas and sources, and for no other deployment. */
  readonly id: string;
  readonly pipeline: ObjectKey;
  /** The name that the Pipeline's `appRef` gives the application. */
  readonly application: string;
  /** The version of the chart. */
  readonly version: string;
  readonly appVersion?: string;
  /** What ran there before, where that is known; of what was rolled back, the version that runs again. */
  readonly previous?: string;
  readonly environment: string;
  /** Where the application object lives; absent for the management cluster. */
  readonly cluster?: ClusterKey;
  readonly namespace: string;
  readonly name: string;
  readonly status: 'progressing' | 'succeeded' | 'failed' | 'rolledback';
  /** Why it has failed. */
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Milliseconds, where they are known. */
  readonly duration?: number;
  readonly detectedBy: 'Watch' | 'Webhook';
}

/** What a deployment does to what ran there before: it is the first, or the same again; goes on; or goes back to an older version. */
export type DeploymentEffect = 'deployed' | 'upgraded' | 'rolledback';

/** The reasons under which a deployment is announced, by its status. */
export const deploymentReasons = {
  progressing: 'DeploymentProgressing',
  succeeded: 'DeploymentSucceeded',
  failed: 'DeploymentFailed',
  rolledback: 'DeploymentRolledBack',
} as const satisfies Readonly<Record<Deployment['status'], string>>;

/** Whether a reason is one of a deployment. */
export const isOfDeployment = (reason: string): boolean => Object.values<string>(deploymentReasons).includes(reason);
