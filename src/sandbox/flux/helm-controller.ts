import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../kube-client.ts';
import type { HelmRelease, HelmStatus } from './helm-release.ts';
import { script, uninstalled, type ChartOutcome } from './script.ts';
import type { Step } from './step.ts';

const group = '/apis/helm.toolkit.fluxcd.io/v2';
const finalizer = 'finalizers.fluxcd.io';

export interface HelmController {
  /** What becomes of chart versions; a version that is not named succeeds. */
  readonly outcomes: Readonly<Record<string, ChartOutcome>>;
  /** How many times slower than recorded. */
  readonly pace: number;
  readonly signal: AbortSignal;
}

const pathOf = ({ metadata: { namespace, name } }: HelmRelease) =>
  `${group}/namespaces/${namespace}/helmreleases/${name}`;

/** A merge patch to `after`: what is no longer there is taken away by name. */
const patchOf = (before: HelmStatus, after: HelmStatus) => {
  const gone = Object.keys(before).filter((key) => !(key in after));
  return { status: { ...Object.fromEntries(gone.map((key) => [key, null])), ...after } };
};

const isSettled = ({ metadata, status }: HelmRelease) =>
  metadata.deletionTimestamp === undefined && status?.observedGeneration === metadata.generation;

/** Brings every HelmRelease of a cluster to what its spec asks for, by the statuses that a real helm-controller writes. */
export const runHelmController = async (
  client: KubeClient,
  { outcomes, pace, signal }: HelmController,
): Promise<void> => {
  const newest = new Map<string, HelmRelease>();
  const busy = new Map<string, Promise<void>>();

  /** Answers and events of the same object overtake one another: the higher resource version wins. */
  const learn = (release: HelmRelease) => {
    const known = newest.get(release.metadata.uid);
    if (known === undefined || Number(known.metadata.resourceVersion) < Number(release.metadata.resourceVersion))
      newest.set(release.metadata.uid, release);
  };

  const write = async (release: HelmRelease, steps: Iterable<Step>) => {
    const { generation, uid } = release.metadata;
    let status: HelmStatus = release.status ?? { observedGeneration: -1 };
    for (const step of steps) {
      await sleep(step.after * pace, undefined, { signal });
      if (step.waits && newest.get(uid)?.metadata.generation !== generation) return;
      const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const changed = step.change(status, { generation, time });
      const written = await client.patch(`${pathOf(release)}/status`, patchOf(status, changed), 'helm-controller');
      if (written === undefined) return;
      status = changed;
      learn(written as HelmRelease);
    }
  };

  const reconcile = async (release: HelmRelease) => {
    const { deletionTimestamp, finalizers = [] } = release.metadata;
    const setFinalizers = (names: readonly string[]) =>
      client.patch(pathOf(release), { metadata: { finalizers: names } }, 'helm-controller');
    if (deletionTimestamp !== undefined) {
      if (release.spec.suspend !== true) await write(release, [uninstalled(release)]);
      await setFinalizers(finalizers.filter((name) => name !== finalizer));
      newest.delete(release.metadata.uid);
      return;
    }
    if (!finalizers.includes(finalizer)) await setFinalizers([...finalizers, finalizer]);
    await write(release, script(release, outcomes[release.spec.chart?.spec.version ?? '*'] ?? 'success'));
  };

  /** One run per release at a time; what changed meanwhile is looked at afterwards. */
  const run = async (uid: string) => {
    for (let release = newest.get(uid); release && !isSettled(release) && !signal.aborted; release = newest.get(uid)) {
      // A release that changes while it is worked on, or a server that is away for a moment: try again from what is there.
      await reconcile(release).catch(() => sleep(200, undefined, { signal }).catch(() => undefined));
    }
  };

  const observe = (release: HelmRelease) => {
    const { uid } = release.metadata;
    learn(release);
    if (!busy.has(uid))
      busy.set(
        uid,
        run(uid).finally(() => busy.delete(uid)),
      );
  };

  const listAndWatch = async () => {
    const list = await client.call('GET', `${group}/helmreleases`);
    if (list === undefined) throw new Error('the HelmRelease CRD is not installed yet');
    const { items, metadata } = list as { items: readonly HelmRelease[]; metadata: { resourceVersion: string } };
    newest.clear();
    for (const item of items) observe(item);
    for await (const { type, object } of client.watch(`${group}/helmreleases`, metadata.resourceVersion)) {
      if (type === 'ERROR') return;
      const release = object as HelmRelease;
      if (type === 'DELETED') newest.delete(release.metadata.uid);
      else if (type !== 'BOOKMARK') observe(release);
    }
  };

  while (!signal.aborted) await listAndWatch().catch(() => sleep(200, undefined, { signal }).catch(() => undefined));
  await Promise.all(busy.values());
};
