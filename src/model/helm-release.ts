import type { ObjectKey } from './object-key.ts';

/** What Leafwatch keeps of a HelmRelease: under a kilobyte, and everything that a decision may look at. Times are milliseconds. */
export interface HelmRelease {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly deleting: boolean;
  readonly suspended: boolean;
  readonly ready: ReadyCondition | undefined;
  readonly lastAttemptedRevision: string | undefined;
  /** The version last tried, as people write it: without the digest of a chart from an OCI repository. */
  readonly attempted: string | undefined;
  /** Milliseconds of the last release action that has ended, whether well or not: while one runs, still of the one before. */
  readonly took: number | undefined;
  /** Whether `attempted` failed and was taken back, by a rollback or an uninstall. */
  readonly remediated: boolean;
  readonly deployed: DeployedEntry | undefined;
  /** Where the spec has the chart from, as people say it: `podinfo of HelmRepository flux-system/podinfo`. */
  readonly chart: string | undefined;
}

/** The Ready condition; `since` is its last transition, a whole second. */
export interface ReadyCondition {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly since: number;
}

/** The history entry whose status is `deployed`: what really runs. */
export interface DeployedEntry {
  readonly chartVersion: string;
  readonly appVersion: string | undefined;
  readonly ociDigest: string | undefined;
  readonly lastDeployed: number;
}
