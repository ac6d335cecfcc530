import assert from 'node:assert/strict';
import { systemClock } from '../../src/clock.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import { watch } from '../../src/kube/watch/watcher.ts';
import { connect, type Connection } from '../../src/kube/wire/connection.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { createKubeClient, type ApiEndpoint } from '../../src/sandbox/kube-client.ts';
import type { WatchEvent } from '../../src/stream/watch-event.ts';
import { eventually } from './eventually.ts';

/** Blocks of values as large as etcd takes them, with what else is written of each: who owns it. */
const largeValues = {
  'one string of 1 MiB': { text: 'x"{[,'.repeat(200_000) },
  '30,000 values': Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`setting${at}`, at % 2 === 0])),
  '30,000 values in a list': { list: Array.from({ length: 30_000 }, (_, at) => `value ${at}`) },
};

/** A server with the definition of HelmReleases and the namespace `apps`. */
export interface Server extends ApiEndpoint {
  readonly kubeconfig: () => string;
}

/** A server that does not tell its version, and so is not asked to stream. */
const withoutVersion = (connection: Connection): Connection => ({
  ...connection,
  request: (path, options) => connection.request(path === '/version' ? '/none' : path, options),
});

/** How a first state may come. */
const ways = { 'a stream': (connection: Connection) => connection, 'a list': withoutVersion };

/** Applies such a release as Flux does, and checks that a watch shows it and each change of it. */
export const showsLargeRelease = async (server: Server, size: keyof typeof largeValues, way: keyof typeof ways) => {
  const client = createKubeClient(server);
  const connection = connect(parseKubeconfig(server.kubeconfig(), { insecureTls: false, http: false }));
  const path = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/apps/helmreleases/large';
  const apply = (version: string) =>
    client.apply(
      path,
      {
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { name: 'large', namespace: 'apps' },
        spec: {
          interval: '10m',
          chart: { spec: { chart: 'podinfo', version, sourceRef: { kind: 'HelmRepository', name: 'podinfo' } } },
          values: largeValues[size],
        },
      },
      'kustomize-controller',
    );
  await apply('6.0.0');
  // A first list may come from the server's cache, which lags behind what was written just now, and deleted before.
  await eventually(async () => {
    const [cached, newest] = [await client.call('GET', `${path}?resourceVersion=0`), await client.call('GET', path)];
    assert.deepEqual(cached, newest);
  });
  const events: WatchEvent<HelmRelease, Failure>[] = [];
  const resource = { group: 'helm.toolkit.fluxcd.io', versions: ['v2'] as const, plural: 'helmreleases' };
  const subscription = watch(ways[way](connection), resource, {
    project: projectHelmRelease,
    clock: systemClock,
  }).subscribe((event) => events.push(event));
  /** The generation that was last told, with how; nothing was lost on the way. */
  const tells = (type: 'init-apply' | 'apply', generation: number) =>
    eventually(() => {
      for (const event of events) if (event.type === 'lost') assert.fail(event.failure.message);
      const told = events.filter((event) => event.type === 'init-apply' || event.type === 'apply').at(-1);
      assert.deepEqual([told?.type, told?.object.key, told?.object.generation], [type, 'apps/large', generation]);
    });
  try {
    await tells('init-apply', 1);
    await eventually(() => assert.ok(events.some(({ type }) => type === 'init-done')));
    await apply('6.0.1');
    await tells('apply', 2);
  } finally {
    subscription.unsubscribe();
    connection.close();
    await client.call('DELETE', path);
    client.close();
  }
};
