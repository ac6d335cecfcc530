/** The parts of a HelmRelease that helm-controller reads and writes, as `helm.toolkit.fluxcd.io/v2` has them. */
export interface HelmRelease {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec: {
    readonly suspend?: boolean;
    readonly timeout?: string;
    readonly values?: unknown;
    readonly test?: { readonly enable?: boolean };
    readonly upgrade?: {
      readonly remediation?: { readonly retries?: number; readonly remediateLastFailure?: boolean };
    };
    readonly chart?: {
      readonly spec: {
        readonly chart: string;
        readonly version?: string;
        readonly sourceRef: { readonly namespace?: string };
      };
    };
  };
  readonly status?: HelmStatus;
}

export interface HelmStatus {
  readonly observedGeneration: number;
  readonly conditions?: readonly Condition[];
  readonly history?: readonly Snapshot[];
  readonly failures?: number;
  readonly installFailures?: number;
  readonly upgradeFailures?: number;
  readonly helmChart?: string;
  readonly inventory?: { readonly entries: readonly { readonly id: string; readonly v: string }[] };
  readonly lastAttemptedConfigDigest?: string;
  readonly lastAttemptedGeneration?: number;
  readonly lastAttemptedReleaseAction?: string;
  readonly lastAttemptedReleaseActionDuration?: string;
  readonly lastAttemptedRevision?: string;
  readonly storageNamespace?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

/** One Helm revision in `status.history`. */
export interface Snapshot {
  readonly action?: string;
  readonly apiVersion: string;
  readonly appVersion: string;
  readonly chartName: string;
  readonly chartVersion: string;
  readonly configDigest: string;
  readonly digest: string;
  readonly firstDeployed: string;
  readonly lastDeployed: string;
  readonly name: string;
  readonly namespace: string;
  readonly status: 'deployed' | 'failed' | 'superseded';
  readonly testHooks?: Readonly<Record<string, unknown>>;
  readonly version: number;
}
