import { isDeepStrictEqual } from 'node:util';
import { Observable, type Subscription } from 'rxjs';
import type { Connection } from '../kube/wire/connection.ts';
import type { Resource } from '../kube/watch/resource.ts';
import type { ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { Failure } from '../model/failure.ts';
import type { HelmRelease } from '../model/helm-release.ts';
import { projectHelmRelease } from '../model/project-helm-release.ts';
import type { Change } from '../stream/reflect.ts';
import { watchNamespaces, type ReleaseChange } from './namespaces.ts';
import { watchChanges, type WatchDeps } from './watch-changes.ts';

const helmReleases: Resource = {
  group: 'helm.toolkit.fluxcd.io',
  versions: ['v2', 'v2beta2', 'v2beta1'],
  plural: 'helmreleases',
};

export interface DeploymentsDeps extends WatchDeps {
  readonly cluster: ClusterKey;
  readonly connection: Connection;
  /** Where targets are: now, and then each change. */
  readonly namespaces: Observable<ReadonlySet<string>>;
}

/**
 * The HelmReleases of one cluster, and how well they are known, as facts. What changes nothing of the projection is no fact.
 * A cluster that may not be read as a whole is read in the namespaces of its targets, until it may.
 */
export const watchDeployments = ({ cluster, connection, namespaces, ...deps }: DeploymentsDeps): Observable<Fact> =>
  new Observable((subscriber) => {
    const { log, clock } = deps;
    const watchIn = (namespace?: string): Observable<ReleaseChange> =>
      watchChanges(connection, { ...helmReleases, namespace }, reading, { ...deps, cluster });
    const factOf = teller(cluster, clock.now);
    let narrow: Subscription | undefined;
    subscriber.next({ type: 'cluster-opening', cluster, at: clock.now() });
    // It goes on trying while namespaces are watched: it is what notices that the cluster may be read as a whole again.
    const whole = watchIn().subscribe((change) => {
      if (isForbidden(change) && !narrow) {
        log.info('watching the namespaces of targets one by one', { cluster, server: connection.server });
        narrow = watchNamespaces({ cluster, namespaces, watchIn, now: clock.now }).subscribe((fact) =>
          subscriber.next(fact),
        );
      } else if (change.type === 'replaced' || !narrow) {
        narrow?.unsubscribe();
        narrow = undefined;
        subscriber.next(factOf(change));
      }
    });
    return () => {
      whole.unsubscribe();
      narrow?.unsubscribe();
    };
  });

const reading = {
  project: projectHelmRelease,
  key: ({ key }: HelmRelease) => key,
  uid: ({ uid }: HelmRelease) => uid,
  same: (before: HelmRelease, after: HelmRelease) => isDeepStrictEqual(before, after),
};

const isForbidden = (change: ReleaseChange): boolean => change.type === 'lost' && change.failure.reason === 'Forbidden';

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
