import type { Failure } from './failure.ts';
import { objectKey, type ObjectKey } from './object-key.ts';
import type { Target } from './pipeline-spec.ts';

/** `<namespace>/<name>` of a registration, or the management cluster itself. */
export type ClusterKey = ObjectKey;

/** The cluster in which Leafwatch and the Pipelines live; no registration can have this name. */
export const managementCluster: ClusterKey = '/';

/** The cluster that a target of a Pipeline in `pipelineNamespace` names. */
export const clusterOf = (target: Target, pipelineNamespace: string): ClusterKey =>
  target.clusterRef
    ? objectKey(target.clusterRef.namespace ?? pipelineNamespace, target.clusterRef.name)
    : managementCluster;

/** How a cluster is called in front of people. */
export const clusterTitle = (cluster: ClusterKey): string =>
  cluster === managementCluster ? 'the management cluster' : `cluster ${cluster}`;

/** A certificate that a cluster's kubeconfig holds, and when it ends; `secret` is where the kubeconfig lies. */
export interface CertificateEnd {
  readonly of: 'client certificate' | 'certificate authority';
  readonly end: number;
  readonly secret: ObjectKey;
}

/**
 * What is known of a cluster's watch. Only a `live` one is evidence; a `lost` one keeps its last known releases for display.
 * Times are milliseconds since the epoch.
 */
export type ClusterState =
  | { readonly type: 'unregistered' }
  | { readonly type: 'refused'; readonly failure: Failure }
  /** Whether and how it is registered cannot be told now: something to read, or the right to, is missing. */
  | { readonly type: 'unread'; readonly since: number; readonly failure: Failure }
  | { readonly type: 'opening'; readonly since: number }
  | { readonly type: 'live'; readonly since: number }
  | { readonly type: 'lost'; readonly since: number; readonly failure: Failure };
