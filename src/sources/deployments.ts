import { isDeepStrictEqual } from 'node:util';
import { defer, map, startWith, type Observable } from 'rxjs';
import type { Connection } from '../kube/connection.ts';
import type { Resource } from '../kube/resource.ts';
import type { ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { Failure } from '../model/failure.ts';
import type { HelmRelease } from '../model/helm-release.ts';
import { projectHelmRelease } from '../model/project-helm-release.ts';
import type { Change } from '../stream/reflect.ts';
import { watchChanges, type WatchDeps } from './watch-changes.ts';

const helmReleases: Resource = {
  group: 'helm.toolkit.fluxcd.io',
  versions: ['v2', 'v2beta2', 'v2beta1'],
  plural: 'helmreleases',
};

export interface DeploymentsDeps extends WatchDeps {
  readonly cluster: ClusterKey;
  readonly connection: Connection;
}

/** The HelmReleases of one cluster, and how well they are known, as facts. What changes nothing of the projection is no fact. */
export const watchDeployments = ({ cluster, connection, ...deps }: DeploymentsDeps): Observable<Fact> =>
  defer(() =>
    watchChanges(connection, helmReleases, reading, deps).pipe(
      map(teller(cluster, deps.clock.now)),
      startWith<Fact>({ type: 'cluster-opening', cluster, at: deps.clock.now() }),
    ),
  );

const reading = {
  project: projectHelmRelease,
  key: ({ key }: HelmRelease) => key,
  uid: ({ uid }: HelmRelease) => uid,
  same: (before: HelmRelease, after: HelmRelease) => isDeepStrictEqual(before, after),
};

/** A cluster that is lost for another reason than before is lost since the same time. */
const teller = (cluster: ClusterKey, now: () => number): ((change: Change<HelmRelease, Failure>) => Fact) => {
  let lostAt: number | undefined;
  return (change) => {
    switch (change.type) {
      case 'replaced':
        lostAt = undefined;
        return { type: 'releases-listed', cluster, releases: change.objects, at: now() };
      case 'apply':
        return { type: 'release-seen', cluster, release: change.object };
      case 'delete':
        return { type: 'release-gone', cluster, release: change.object.key };
      case 'resumed':
        lostAt = undefined;
        return { type: 'cluster-resumed', cluster, at: now() };
      case 'lost':
        lostAt ??= now();
        return { type: 'cluster-lost', cluster, failure: change.failure, at: lostAt };
    }
  };
};
