import { asyncScheduler, Subject, type Observable, type SchedulerLike, type Subscription } from 'rxjs';
import { confirms } from '../decision/hear.ts';
import { isOlder } from '../decision/is-older.ts';
import type { ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { FluxEvent } from '../model/flux-event.ts';
import type { HelmRelease } from '../model/helm-release.ts';
import type { ObjectKey } from '../model/object-key.ts';
import type { World } from '../model/world.ts';

type Heard = Extract<Fact, { readonly type: 'deployment-heard' }>;

export interface DoubtsOptions {
  readonly world: Pick<World, 'release' | 'cluster'>;
  readonly scheduler?: SchedulerLike;
  /** Told how long after an event the watch has shown the same, or what came after it, milliseconds; 0 where it had before. */
  readonly onConfirmed: (lag: number) => void;
  readonly onDoubted: (cluster: ClusterKey) => void;
}

export interface Doubts {
  /** Is to be told every fact, when the World has learnt it. */
  readonly learned: (fact: Fact) => void;
  /** Clusters whose watch has not shown in time what a signed event told: it may be dead without knowing. */
  readonly doubted: Observable<ClusterKey>;
}

/** A release of which the watch has not shown what was told. */
interface Waiting {
  /** The newest: what is to be shown. */
  readonly event: FluxEvent;
  /** What the watch showed when that was told. */
  readonly shown: HelmRelease | undefined;
  /** When the first was told of which nothing is shown: later ones put off no doubt. */
  readonly since: number;
  readonly timer: Subscription;
}

/** How long a watch may take to show what a signed event told before it is doubted. */
const patience = 10_000;

/** Measures watches by what signed events tell: so how reliable they are is known in each installation by numbers. */
export const createDoubts = ({ world, scheduler = asyncScheduler, onConfirmed, onDoubted }: DoubtsOptions): Doubts => {
  const doubted = new Subject<ClusterKey>();
  const waiting = new Map<string, Waiting>();
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
  const wait = (key: string, cluster: ClusterKey): Pick<Waiting, 'since' | 'timer'> => ({
    since: scheduler.now(),
    timer: scheduler.schedule(() => doubt(key, cluster), patience),
  });
  const listen = ({ cluster, release, event }: Heard): void => {
    const key = keyOf(cluster, release);
    if (world.cluster(cluster).type !== 'live') return;
    const expected = waiting.get(key);
    if (expected && isOlder(event, expected.event)) return;
    const shown = world.release(cluster, release);
    // What was shown before all that was told bears out none of it: a rollback leads back to the same.
    const moved = !expected || shown !== expected.shown;
    if (moved && confirms(shown, event)) {
      settle(key);
      onConfirmed(0);
    } else waiting.set(key, { ...(expected ?? wait(key, cluster)), event, shown });
  };
  const show = (cluster: ClusterKey, key: ObjectKey, release: HelmRelease | undefined): void => {
    const expected = waiting.get(keyOf(cluster, key));
    if (!expected || !confirms(release, expected.event)) return;
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
