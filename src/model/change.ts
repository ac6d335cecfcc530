import type { ObjectKey } from './object-key.ts';

/**
 * What a change has newly come to: a version on its way into an environment, as DORA's four figures count it. `result` is told once, when the
 * change first ends; times are milliseconds.
 */
export interface Change {
  readonly pipeline: ObjectKey;
  readonly application: string;
  readonly environment: string;
  readonly version: string;
  /** `succeeded` when all targets had settled on the version, `failed` when one had failed on it before. */
  readonly result?: 'succeeded' | 'failed';
  /** In the last environment: from when the first environment had settled on the version until this one had. */
  readonly leadTime?: number;
  /** From the failure until all targets of the environment were settled again, or rolled back. */
  readonly restoreTime?: number;
}
