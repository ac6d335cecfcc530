import { managementCluster } from '../model/cluster.ts';
import { objectKey } from '../model/object-key.ts';
import type { TargetStatus } from '../model/pipeline-status.ts';
import type { Place } from './place.ts';

/** What the status of an environment says of a target: it is known by its place, since a newer spec may have moved it. */
export const toldOf = (
  { cluster, release }: Pick<Place, 'release' | 'cluster'>,
  { targets = [] }: { readonly targets?: readonly TargetStatus[] | undefined },
): TargetStatus | undefined =>
  targets.find(
    ({ clusterAppRef, namespace }) =>
      (clusterAppRef.cluster ?? managementCluster) === cluster && objectKey(namespace, clusterAppRef.name) === release,
  );
