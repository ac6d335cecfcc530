import type { ClusterKey } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import type { ObjectKey } from '../model/object-key.ts';

/** That a name is a cluster, and in which Secret its kubeconfig lies; several claims about one Secret agree. */
export interface Claim {
  readonly cluster: ClusterKey;
  readonly way: 'Secret' | 'ClusterAPI' | 'GitopsCluster';
  /** Who claims it, for people: `GitopsCluster apps/dev`. */
  readonly by: string;
  /** Where the kubeconfig is, or why that is not said. */
  readonly secret: ObjectKey | Failure;
}

/** All who claim a cluster's name, with the one Secret that they mean, or why it cannot be told which. */
export interface ClaimedCluster {
  readonly claims: readonly Claim[];
  readonly secret: ObjectKey | Failure;
}

/** The clusters that are claimed: a name that is claimed for several Secrets is refused to all, and all are named. */
export const settleClaims = (claims: readonly Claim[]): ReadonlyMap<ClusterKey, ClaimedCluster> => {
  const byCluster = new Map<ClusterKey, Claim[]>();
  for (const claim of claims) byCluster.set(claim.cluster, [...(byCluster.get(claim.cluster) ?? []), claim]);
  return new Map([...byCluster].map(([cluster, all]) => [cluster, { claims: all, secret: secretOf(cluster, all) }]));
};

const secretOf = (cluster: ClusterKey, claims: readonly Claim[]): ObjectKey | Failure => {
  const [first, ...others] = new Set(claims.map(({ secret }) => secret));
  if (first !== undefined && others.length === 0) return first;
  const claimants = claims.map(({ by }) => by).sort();
  return {
    remedy: 'give-up',
    reason: 'ClusterRegisteredTwice',
    message: `cluster ${cluster} is registered by ${claimants.join(' and by ')}, with different Secrets: remove all but one`,
  };
};
