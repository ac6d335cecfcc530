import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../kube-client.ts';
import type { HelmRelease, HelmStatus } from './helm-release.ts';
import { script, uninstalled, type ChartOutcome } from './script.ts';
import type { Step } from './step.ts';

interface Options {
  /** What becomes of chart versions; a version that is not named succeeds. */
  readonly outcomes: Readonly<Record<string, ChartOutcome>>;
  /** How many times slower than recorded. */
  readonly pace: number;
  readonly signal: AbortSignal;
}

/** What a running helm-controller has in its hands; `newest` is each release as last seen, by uid. */
interface HelmController extends Options {
  readonly client: KubeClient;
  readonly newest: Map<string, HelmRelease>;
}

const group = '/apis/helm.toolkit.fluxcd.io/v2';
const finalizer = 'finalizers.fluxcd.io';

const pathOf = ({ metadata: { namespace, name } }: HelmRelease) =>
  `${group}/namespaces/${namespace}/helmreleases/${name}`;

/** Answers and events of the same object overtake one another: the higher resource version wins. */
const learn = ({ newest }: HelmController, release: HelmRelease) => {
  const known = newest.get(release.metadata.uid);
  if (known === undefined || Number(known.metadata.resourceVersion) < Number(release.metadata.resourceVersion))
    newest.set(release.metadata.uid, release);
};

/** A merge patch to `after`: what is no longer there is taken away by name. */
const patchOf = (before: HelmStatus, after: HelmStatus) => {
  const gone = Object.keys(before).filter((key) => !(key in after));
  return { status: { ...Object.fromEntries(gone.map((key) => [key, null])), ...after } };
};

/** Writes one status after the other, until the last or until the release has changed where that may interrupt. */
const write = async (controller: HelmController, release: HelmRelease, steps: Iterable<Step>) => {
  const { client, newest, pace, signal } = controller;
  const { generation, uid } = release.metadata;
  let status: HelmStatus = release.status ?? { observedGeneration: -1 };
  for (const step of steps) {
    await sleep(step.after * pace, undefined, { signal });
    if (step.waits && newest.get(uid)?.metadata.generation !== generation) return;
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const changed = step.change(status, { generation, time });
    const written = await client.patch(`${pathOf(release)}/status`, patchOf(status, changed), 'helm-controller');
    if (written === undefined) return;
    learn(controller, written as HelmRelease);
    status = changed;
  }
};

const reconcile = async (controller: HelmController, release: HelmRelease) => {
  const { client, newest, outcomes } = controller;
  const { deletionTimestamp, finalizers = [], uid } = release.metadata;
  const setFinalizers = (names: readonly string[]) =>
    client.patch(pathOf(release), { metadata: { finalizers: names } }, 'helm-controller');
  if (deletionTimestamp === undefined) {
    if (!finalizers.includes(finalizer)) await setFinalizers([...finalizers, finalizer]);
    const outcome = outcomes[release.spec.chart?.spec.version ?? '*'] ?? 'success';
    return write(controller, release, script(release, outcome));
  }
  if (release.spec.suspend !== true) await write(controller, release, [uninstalled(release)]);
  await setFinalizers(finalizers.filter((name) => name !== finalizer));
  newest.delete(uid);
};

const isSettled = ({ metadata, status }: HelmRelease) =>
  metadata.deletionTimestamp === undefined && status?.observedGeneration === metadata.generation;

/** Does something again and again, with a pause after what failed: a server is away, an object changed under our hands. */
const persist = async (signal: AbortSignal, attempt: () => Promise<unknown>) => {
  await attempt().catch(() => sleep(200, undefined, { signal }).catch(() => undefined));
};

/** Works on one release until it is as it should be; what changes meanwhile is looked at afterwards. */
const settle = async (controller: HelmController, uid: string) => {
  const { newest, signal } = controller;
  for (let release = newest.get(uid); release && !isSettled(release) && !signal.aborted; release = newest.get(uid)) {
    const current = release;
    await persist(signal, () => reconcile(controller, current));
  }
};

const listAndWatch = async ({ client, newest }: HelmController, observe: (release: HelmRelease) => void) => {
  const list = await client.call('GET', `${group}/helmreleases`);
  if (list === undefined) throw new Error('the HelmRelease CRD is not installed yet');
  const { items, metadata } = list as { items: readonly HelmRelease[]; metadata: { resourceVersion: string } };
  newest.clear();
  for (const item of items) observe(item);
  for await (const { type, object } of client.watch(`${group}/helmreleases`, metadata.resourceVersion)) {
    if (type === 'ERROR') return;
    if (type === 'DELETED') newest.delete((object as HelmRelease).metadata.uid);
    else if (type !== 'BOOKMARK') observe(object as HelmRelease);
  }
};

/** Brings every HelmRelease of a cluster to what its spec asks for, by the statuses that a real helm-controller writes; ends with its signal. */
export const runHelmController = async (client: KubeClient, options: Options): Promise<void> => {
  const controller: HelmController = { ...options, client, newest: new Map() };
  const busy = new Map<string, Promise<void>>();
  const observe = (release: HelmRelease) => {
    const { uid } = release.metadata;
    learn(controller, release);
    if (busy.has(uid)) return;
    const work = settle(controller, uid).then(() => {
      busy.delete(uid);
      const seenMeanwhile = controller.newest.get(uid);
      if (seenMeanwhile && !isSettled(seenMeanwhile) && !options.signal.aborted) observe(seenMeanwhile);
    });
    busy.set(uid, work);
  };
  while (!options.signal.aborted) await persist(options.signal, () => listAndWatch(controller, observe));
  await Promise.all(busy.values());
};
