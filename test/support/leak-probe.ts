import { getEventListeners, once } from 'node:events';
import { BehaviorSubject, filter, firstValueFrom, NEVER, Subject, take, toArray } from 'rxjs';
import { systemClock } from '../../src/clock.ts';
import { connect, connectTo, type Connection } from '../../src/kube/wire/connection.ts';
import { createGate } from '../../src/kube/watch/gate.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import { watch } from '../../src/kube/watch/watcher.ts';
import type { ClusterKey } from '../../src/model/cluster.ts';
import type { Fact } from '../../src/model/fact.ts';
import { objectKey } from '../../src/model/object-key.ts';
import { watchClusters } from '../../src/sources/clusters.ts';
import type { NamedClusters } from '../../src/sources/named-clusters.ts';
import type { Registrations } from '../../src/sources/registrations.ts';
import { eventually } from './eventually.ts';
import { scaledTime } from './scaled-time.ts';
import { configMaps, projectThing } from './watch-through-faults.ts';

/** What a process holds; `resources` are its sockets and timers by kind. */
export interface Holdings {
  readonly resources: Readonly<Record<string, number>>;
  readonly listeners: number;
  /** Bytes, after garbage collection. */
  readonly heap: number;
}

export interface LeakReport {
  readonly before: Holdings;
  readonly after: Holdings;
  /** What Node warned of, such as too many listeners. */
  readonly warnings: readonly string[];
}

/** What the probe is told by its environment. */
export type LeakTask =
  | { readonly type: 'clusters'; readonly count: number; readonly kubeconfig: string }
  | { readonly type: 'cuts'; readonly count: number; readonly url: string; readonly token: string };

const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

const holdings = async (signal?: AbortSignal): Promise<Holdings> => {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo())
    if (/Socket|TCP|TLS|Timeout|Immediate/.test(kind)) resources[kind] = (resources[kind] ?? 0) + 1;
  return {
    resources,
    listeners: signal ? getEventListeners(signal, 'abort').length : 0,
    heap: process.memoryUsage().heapUsed,
  };
};

const addAndRemoveClusters = async ({
  count,
  kubeconfig,
}: LeakTask & { type: 'clusters' }): Promise<readonly [Holdings, Holdings]> => {
  const credentials = parseKubeconfig(kubeconfig, { insecureTls: false, http: false });
  const nobody: Registrations = { clusters: new Map(), beingRead: false, unreadIn: () => undefined };
  const registrations = new BehaviorSubject(nobody);
  const named = new BehaviorSubject<NamedClusters>(new Map());
  const facts = new Subject<Fact>();
  const management = connect(() => credentials);
  const log = { info: () => undefined, warn: () => undefined };
  const deps = { connection: management, clock: systemClock, log, gate: createGate(8) };
  const subscription = watchClusters({ ...deps, registrations, named }).subscribe(facts);
  const round = async (first: number): Promise<void> => {
    const keys = Array.from({ length: 20 }, (_, index): ClusterKey => objectKey('default', `leaf-${first + index}`));
    const listed = firstValueFrom(
      facts.pipe(
        filter(({ type }) => type === 'releases-listed'),
        take(keys.length),
        toArray(),
      ),
    );
    const registered = keys.map(
      (key) =>
        [
          key,
          { claims: [], secret: key, registration: { type: 'registered', credentials, certificates: [] } } as const,
        ] as const,
    );
    registrations.next({ ...nobody, clusters: new Map(registered) });
    named.next(new Map(keys.map((key) => [key, new Set(['apps'])])));
    await listed;
    named.next(new Map());
    registrations.next(nobody);
  };
  await round(0);
  await round(20);
  const before = await holdings();
  for (let done = 0; done < count; done += 20) await round(40 + done);
  const after = await eventually(
    async () => {
      const held = await holdings();
      if (Object.keys(held.resources).length > Object.keys(before.resources).length)
        throw new Error(JSON.stringify(held));
      return held;
    },
    { timeout: 5_000 },
  ).catch(() => holdings());
  subscription.unsubscribe();
  return [before, after];
};

/** The connection, telling the signal of the newest request. */
const spied = (connection: Connection, told: (signal: AbortSignal) => void): Connection => ({
  ...connection,
  request: (path, options) => {
    told(options.signal);
    return connection.request(path, options);
  },
});

const cutAgainAndAgain = async ({
  count,
  url,
  token,
}: LeakTask & { type: 'cuts' }): Promise<readonly [Holdings, Holdings]> => {
  const options = { headers: { authorization: `Bearer ${token}` } };
  const connection = connectTo({ server: url, options: () => Promise.resolve(options) });
  let signal = new AbortController().signal;
  let asked = 0;
  let live = false;
  const time = scaledTime(1_000, Math.random);
  const observed = spied(connection, (newest) => {
    signal = newest;
    asked += 1;
  });
  const subscription = watch(observed, configMaps, { project: projectThing, ...time, renewed: NEVER }).subscribe(
    (event) => {
      if (event.type === 'lost') live = false;
      if (event.type === 'resumed' || event.type === 'init-done') live = true;
    },
  );
  const cut = async (times: number): Promise<void> => {
    const over = once(process, 'message');
    process.send?.(times);
    await over;
    await eventually(() => {
      if (!live) throw new Error('the watch does not come back');
    });
  };
  await eventually(() => {
    if (!live) throw new Error('the watch does not begin');
  });
  /** Of the watch as it stands: in this time it lives for a quarter of a second, and between two watches there is less to hold. */
  const standing = (): Promise<Holdings> =>
    eventually(async () => {
      const begun = asked;
      const held = await holdings(signal);
      if (!live || asked !== begun) throw new Error('the watch ended meanwhile');
      return held;
    });
  await cut(50);
  const before = await standing();
  await cut(count);
  const after = await standing();
  subscription.unsubscribe();
  connection.close();
  return [before, after];
};

const task = JSON.parse(process.env['LEAK_TASK'] ?? '{}') as LeakTask;
const [before, after] = task.type === 'clusters' ? await addAndRemoveClusters(task) : await cutAgainAndAgain(task);
const report: LeakReport = { before, after, warnings };
process.send?.(report, () => process.exit(0));
