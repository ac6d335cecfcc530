import type { ClusterKey } from '../../src/model/cluster.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import type { ObjectKey } from '../../src/model/object-key.ts';
import { aHelmRelease } from '../support/builders.ts';
import type { Chance } from './chance.ts';

/** What is so, whatever its object says: the version that runs and is healthy, and since when; a person's pause does not end that. */
export interface Truth {
  readonly healthy: { readonly revision: string; readonly since: number } | undefined;
  readonly suspended: boolean;
}

export interface Shot {
  readonly release: HelmRelease | undefined;
  readonly truth: Truth;
}

/** A place where the application runs, and what a Flux does there. */
export interface Leaf {
  readonly cluster: ClusterKey;
  readonly key: ObjectKey;
  readonly environment: string;
  wanted: string;
  now: Shot;
  /** What Flux still has to do, in its order. */
  work: (() => void)[];
}

const gone: Truth = { healthy: undefined, suspended: false };

/** Flux at a leaf; `changed` is called with every new state of the object, `time` is the leaf's own. */
export const createFlux = (chance: Chance, time: () => number, changed: (leaf: Leaf) => void) => {
  const second = (): number => Math.floor(time() / 1000) * 1000;
  const show = (leaf: Leaf, change: Partial<HelmRelease>, healthy: Truth['healthy']): void => {
    const { release } = leaf.now;
    if (!release) return;
    const next = { ...release, ...change };
    leaf.now = { release: next, truth: { healthy, suspended: next.suspended } };
    changed(leaf);
  };
  const ready = (status: 'True' | 'False' | 'Unknown', reason: string): Pick<HelmRelease, 'ready'> => ({
    ready: { status, reason, message: reason, since: second() },
  });
  const deploys = (version: string): Pick<HelmRelease, 'deployed'> => ({
    deployed: { chartVersion: version, appVersion: undefined, ociDigest: undefined, lastDeployed: second() },
  });

  const succeed = (leaf: Leaf, version: string) => (): void =>
    show(
      leaf,
      { ...ready('True', 'UpgradeSucceeded'), ...deploys(version), remediated: false },
      { revision: version, since: second() },
    );
  const fail = (leaf: Leaf) => (): void => show(leaf, ready('False', 'UpgradeFailed'), undefined);
  const rollBack = (leaf: Leaf) => (): void => {
    const old = leaf.now.release?.deployed?.chartVersion;
    show(
      leaf,
      { ...ready('False', 'RollbackSucceeded'), remediated: true, ...(old === undefined ? {} : deploys(old)) },
      undefined,
    );
  };
  /** Ready while the old version still runs. */
  const early = (leaf: Leaf, version: string) => (): void => {
    const same = leaf.now.release?.deployed?.chartVersion === version;
    show(leaf, ready('True', 'UpgradeSucceeded'), same ? { revision: version, since: second() } : undefined);
  };
  /** Recorded of real Flux: each of these states comes, most of them only sometimes. */
  const attempt = (leaf: Leaf, version: string, well: boolean): (() => void)[] => [
    () =>
      show(
        leaf,
        {
          ...ready('Unknown', 'Progressing'),
          observedGeneration: leaf.now.release?.generation ?? 0,
          lastAttemptedRevision: version,
          attempted: version,
          remediated: false,
        },
        undefined,
      ),
    ...(chance.oneIn(2) ? [early(leaf, version)] : []),
    ...(well ? [succeed(leaf, version)] : [fail(leaf), ...(chance.oneIn(2) ? [rollBack(leaf)] : [])]),
  ];

  return {
    /** A place that has run this version for an hour. */
    create: (cluster: ClusterKey, key: ObjectKey, environment: string, revision: string): Leaf => {
      const since = second() - 3_600_000;
      const release = aHelmRelease({ key, revision, ready: { since }, deployed: { lastDeployed: since } });
      const now: Shot = { release, truth: { healthy: { revision, since }, suspended: false } };
      return { cluster, key, environment, wanted: revision, now, work: [] };
    },
    /** The next thing of what is to be done. */
    step: (leaf: Leaf): void => leaf.work.shift()?.(),
    /** Its spec names this version from now on; `well` tells how that will end. */
    upgrade: (leaf: Leaf, version: string, well: boolean): void => {
      leaf.wanted = version;
      const { release } = leaf.now;
      if (!release || release.suspended || release.deleting) return;
      const { generation } = release;
      if (!chance.oneIn(4)) show(leaf, { generation: generation + 1 }, undefined);
      const passes = (): void =>
        show(
          leaf,
          { ...ready('False', 'SourceNotReady'), observedGeneration: leaf.now.release?.generation ?? 0 },
          undefined,
        );
      leaf.work = [...(chance.oneIn(2) ? [passes] : []), ...attempt(leaf, version, well)];
    },
    /** The version that runs stops being healthy. */
    break: (leaf: Leaf): void => {
      if (leaf.now.truth.healthy && leaf.work.length === 0) show(leaf, ready('False', 'TestFailed'), undefined);
    },
    /** Whatever was wrong is mended: what is wanted is tried until it runs. */
    mend: (leaf: Leaf): void => {
      const { release, truth } = leaf.now;
      if (!release || release.deleting) {
        leaf.now = {
          release: {
            ...aHelmRelease({ key: leaf.key, generation: 1, observedGeneration: 0 }),
            ...ready('Unknown', 'Progressing'),
            deployed: undefined,
            lastAttemptedRevision: undefined,
            attempted: undefined,
          },
          truth: gone,
        };
        changed(leaf);
      }
      if (release?.suspended) show(leaf, { suspended: false }, truth.healthy);
      if (leaf.now.truth.healthy?.revision !== leaf.wanted) leaf.work = attempt(leaf, leaf.wanted, true);
    },
    suspend: (leaf: Leaf, suspended: boolean): void => {
      const { release, truth } = leaf.now;
      if (!release || release.suspended === suspended || leaf.work.length > 0) return;
      const generation = release.generation + 1;
      show(leaf, { suspended, generation, observedGeneration: generation }, truth.healthy);
    },
    remove: (leaf: Leaf): void => {
      leaf.work = [
        () => {
          leaf.now = { release: undefined, truth: gone };
          changed(leaf);
        },
      ];
      show(leaf, { deleting: true }, undefined);
    },
  };
};
