import { asyncScheduler, Subject, type Observable, type SchedulerLike, type Subscription } from 'rxjs';
import { confirms } from '../decision/hear.ts';
import type { ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { HelmRelease } from '../model/helm-release.ts';
import type { ObjectKey } from '../model/object-key.ts';
import type { World } from '../model/world.ts';

type Heard = Extract<Fact, { readonly type: 'deployment-heard' }>;

export interface DoubtsOptions {
  readonly world: Pick<World, 'release' | 'cluster'>;
  readonly scheduler?: SchedulerLike;
  /** Told how long after an event the watch has shown the same, milliseconds; 0 where it had before. */
  readonly onConfirmed: (lag: number) => void;
  readonly onDoubted: (cluster: ClusterKey) => void;
}

export interface Doubts {
  /** Is to be told every fact, when the World has learnt it. */
  readonly learned: (fact: Fact) => void;
  /** Clusters whose watch has not shown in time what a signed event told: it may be dead without knowing. */
  readonly doubted: Observable<ClusterKey>;
}

/** How long a watch may take to show what a signed event told before it is doubted. */
const patience = 10_000;

/** Measures watches by what signed events tell: so how reliable they are is known in each installation by numbers. */
export const createDoubts = ({ world, scheduler = asyncScheduler, onConfirmed, onDoubted }: DoubtsOptions): Doubts => {
  const doubted = new Subject<ClusterKey>();
  const waiting = new Map<string, { readonly heard: Heard; readonly since: number; readonly timer: Subscription }>();
  const keyOf = (cluster: ClusterKey, release: ObjectKey) => `${cluster} ${release}`;

  const settle = (key: string): void => {
    waiting.get(key)?.timer.unsubscribe();
    waiting.delete(key);
  };
  const doubt = (key: string, cluster: ClusterKey): void => {
    waiting.delete(key);
    // One that is lost is connected anew already.
    if (world.cluster(cluster).type !== 'live') return;
    onDoubted(cluster);
    doubted.next(cluster);
  };
  const listen = (heard: Heard): void => {
    const { cluster, release, event } = heard;
    const key = keyOf(cluster, release);
    if (world.cluster(cluster).type !== 'live') return;
    // One that is repeated, or older, must not put off the doubt.
    if (event.at <= (waiting.get(key)?.heard.event.at ?? -Infinity)) return;
    settle(key);
    if (confirms(world.release(cluster, release), event)) onConfirmed(0);
    else
      waiting.set(key, {
        heard,
        since: scheduler.now(),
        timer: scheduler.schedule(() => doubt(key, cluster), patience),
      });
  };
  const show = (cluster: ClusterKey, key: ObjectKey, release: HelmRelease | undefined): void => {
    const expected = waiting.get(keyOf(cluster, key));
    if (!expected || !confirms(release, expected.heard.event)) return;
    onConfirmed(scheduler.now() - expected.since);
    settle(keyOf(cluster, key));
  };

  return {
    doubted,
    learned: (fact) => {
      if (fact.type === 'deployment-heard') listen(fact);
      else if (waiting.size === 0) return;
      else if (fact.type === 'release-seen') show(fact.cluster, fact.release.key, fact.release);
      else if (fact.type === 'release-gone') show(fact.cluster, fact.release, undefined);
      else if (fact.type === 'releases-listed')
        for (const release of fact.releases) show(fact.cluster, release.key, release);
    },
  };
};
