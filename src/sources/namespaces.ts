import { concat, concatMap, defer, map, merge, of, type Observable } from 'rxjs';
import type { ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { Failure } from '../model/failure.ts';
import type { HelmRelease } from '../model/helm-release.ts';
import { eachEntry } from '../stream/each-entry.ts';
import type { Change } from '../stream/reflect.ts';

export type ReleaseChange = Change<HelmRelease, Failure>;

export interface NamespacesDeps {
  readonly cluster: ClusterKey;
  /** The namespaces to watch: those of now, and then each change. */
  readonly namespaces: Observable<ReadonlySet<string>>;
  readonly watchIn: (namespace: string) => Observable<ReleaseChange>;
  readonly now: () => number;
}

type Told = ReleaseChange | { readonly type: 'opening' } | { readonly type: 'closed' };

/** The releases in some namespaces of a cluster, each watched by itself, as facts. The cluster is live when all of them are. */
export const watchNamespaces = ({ cluster, namespaces, watchIn, now }: NamespacesDeps): Observable<Fact> =>
  defer(() => {
    const factsOf = teller(cluster, now);
    const watched = namespaces.pipe(
      map((names) => new Map([...names].map((name) => [name, true as const]))),
      eachEntry<string, true, readonly [string, Told]>({
        open: (name) => concat(of<Told>({ type: 'opening' }), watchIn(name)).pipe(map((told) => [name, told] as const)),
        closed: (name) => [name, { type: 'closed' }],
        same: () => true,
      }),
      concatMap(([name, told]) => factsOf(name, told)),
    );
    const narrowed = namespaces.pipe(
      map((names): Fact => ({ type: 'cluster-narrowed', cluster, namespaces: [...names] })),
    );
    return merge(narrowed, watched);
  });

/** What the changes of each namespace mean for the cluster. */
const teller = (cluster: ClusterKey, now: () => number): ((namespace: string, told: Told) => readonly Fact[]) => {
  const states = new Map<string, 'opening' | 'live' | Failure>();
  let before: 'opening' | 'live' | Failure | undefined;
  let lostAt: number | undefined;

  /** The state of the cluster, where it is another than before. */
  const whole = (): readonly Fact[] => {
    const state = worstOf([...states.values()]);
    if (state === before) return [];
    before = state;
    lostAt = typeof state === 'object' ? (lostAt ?? now()) : undefined;
    if (state === 'opening') return [{ type: 'cluster-opening', cluster, at: now() }];
    if (state === 'live') return [{ type: 'cluster-resumed', cluster, at: now() }];
    return [{ type: 'cluster-lost', cluster, failure: state, at: lostAt ?? now() }];
  };

  return (namespace, told) => {
    switch (told.type) {
      case 'opening':
        states.set(namespace, 'opening');
        return whole();
      case 'closed':
        states.delete(namespace);
        return whole();
      case 'replaced':
        states.set(namespace, 'live');
        return [{ type: 'releases-listed', cluster, namespace, releases: told.objects, at: now() }, ...whole()];
      case 'resumed':
        states.set(namespace, 'live');
        return whole();
      case 'lost':
        states.set(namespace, told.failure);
        return whole();
      case 'apply':
        return [{ type: 'release-seen', cluster, release: told.object }];
      case 'delete':
        return [{ type: 'release-gone', cluster, release: told.object.key }];
    }
  };
};

const worstOf = (states: readonly ('opening' | 'live' | Failure)[]): 'opening' | 'live' | Failure =>
  states.find((state) => typeof state === 'object') ?? (states.includes('opening') ? 'opening' : 'live');
