import type { CertificateEnd, ClusterKey } from './cluster.ts';
import type { Failure } from './failure.ts';
import type { FluxEvent } from './flux-event.ts';
import type { HelmRelease } from './helm-release.ts';
import type { ObjectKey } from './object-key.ts';
import type { Pipeline, UnreadablePipeline } from './pipeline.ts';

/**
 * Everything that Leafwatch is told, by whatever source. A fact says what is, never what to do: it changes the World and
 * marks the Pipelines that are to be looked at again. `at` is milliseconds since the epoch.
 */
export type Fact =
  | { readonly type: 'pipeline-seen'; readonly pipeline: Pipeline }
  /** An object that the schema refuses; `problem` names the path and the reason. */
  | { readonly type: 'pipeline-unreadable'; readonly pipeline: UnreadablePipeline }
  | { readonly type: 'pipeline-gone'; readonly pipeline: ObjectKey }
  /** The first list of Pipelines is complete, or a relist: those not among `pipelines` are gone. */
  | { readonly type: 'pipelines-listed'; readonly pipelines: readonly ObjectKey[] }
  | { readonly type: 'cluster-refused'; readonly cluster: ClusterKey; readonly failure: Failure }
  /** It cannot be told now whether, or how, the cluster is registered. */
  | { readonly type: 'cluster-unread'; readonly cluster: ClusterKey; readonly failure: Failure; readonly at: number }
  /** The certificates of its kubeconfig; none when it has none, or is not registered any more. */
  | {
      readonly type: 'cluster-certificates';
      readonly cluster: ClusterKey;
      readonly certificates: readonly CertificateEnd[];
    }
  | { readonly type: 'cluster-opening'; readonly cluster: ClusterKey; readonly at: number }
  /**
   * A complete list, and its watch is live: it replaces all that was known of the cluster. Of a namespace it replaces what
   * was known of that, and says nothing of the cluster as a whole.
   */
  | {
      readonly type: 'releases-listed';
      readonly cluster: ClusterKey;
      readonly namespace?: string;
      readonly releases: readonly HelmRelease[];
      readonly at: number;
    }
  | { readonly type: 'release-seen'; readonly cluster: ClusterKey; readonly release: HelmRelease }
  | { readonly type: 'release-gone'; readonly cluster: ClusterKey; readonly release: ObjectKey }
  /** Only these namespaces of it are watched, since it may not be read as a whole: nothing of the others stays. */
  | { readonly type: 'cluster-narrowed'; readonly cluster: ClusterKey; readonly namespaces: readonly string[] }
  | { readonly type: 'cluster-lost'; readonly cluster: ClusterKey; readonly failure: Failure; readonly at: number }
  /** The watch is live again, or all that it is made of, and has missed nothing. */
  | { readonly type: 'cluster-resumed'; readonly cluster: ClusterKey; readonly at: number }
  /** No registration, or no target names it any more: nothing of it stays. */
  | { readonly type: 'cluster-closed'; readonly cluster: ClusterKey }
  /** A signed event says that something happened to a release: it is to be looked at now. */
  | {
      readonly type: 'deployment-heard';
      readonly cluster: ClusterKey;
      readonly release: ObjectKey;
      readonly event: FluxEvent;
    }
  /** The forge, or the receiver of a handover, was asked about the promotion into an environment; it is not asked again before `again`. */
  | {
      readonly type: 'promotion-asked';
      readonly pipeline: ObjectKey;
      readonly environment: string;
      readonly again: number;
    }
  /** A promotion waits for its turn at the host of its repository, or for what has become of its handover: until then, or until it is unblocked. */
  | {
      readonly type: 'promotion-blocked';
      readonly pipeline: ObjectKey;
      readonly environment: string;
      readonly until: number;
    }
  /** What a promotion waited for is there. What the forge has asked for holds on. */
  | { readonly type: 'promotion-unblocked'; readonly pipeline: ObjectKey; readonly environment: string };
