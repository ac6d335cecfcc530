import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { BehaviorSubject, type Subscription } from 'rxjs';
import { parse } from 'yaml';
import { connect, type Connection } from '../../src/kube/wire/connection.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import type { Fact } from '../../src/model/fact.ts';
import { createWorld } from '../../src/model/world.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { watchDeployments } from '../../src/sources/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { virtualTime, type VirtualTime } from '../support/virtual-time.ts';

const cluster = 'fleet/leaf';

describe('a cluster that may not be read as a whole', () => {
  let server: ApiServer;
  let client: KubeClient;
  let connection: Connection;
  let time: VirtualTime;
  let named: BehaviorSubject<ReadonlySet<string>>;
  let facts: Fact[];
  let subscription: Subscription;
  let world: ReturnType<typeof createWorld>;

  const may = (...namespaces: readonly string[]) => {
    const rule = { apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['helmreleases'], verbs: ['list', 'watch'] };
    const rules = namespaces.includes('*') ? [rule] : [{ ...rule, namespaces }];
    server.addToken('limited', { user: 'limited', rules });
  };
  const apply = (namespace: string, name: string) =>
    client.apply(
      `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespace}/helmreleases/${name}`,
      {
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { name, namespace },
        spec: { interval: '10m', chartRef: { kind: 'OCIRepository', name } },
      },
      'tester',
    );

  beforeEach(async () => {
    const crd = parse(await readFile('src/sandbox/helmrelease-crd.yaml', 'utf8')) as object;
    server = await startApiServer({ crds: [crd] });
    client = createKubeClient(server);
    for (const name of ['one', 'two'])
      await client.apply(
        `/api/v1/namespaces/${name}`,
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        'tester',
      );
    await apply('one', 'a');
    await apply('two', 'b');
    time = virtualTime();
    facts = [];
    world = createWorld();
  });

  afterEach(async () => {
    subscription.unsubscribe();
    connection.close();
    client.close();
    await server.close();
  });

  const start = (...namespaces: readonly string[]) => {
    named = new BehaviorSubject<ReadonlySet<string>>(new Set(namespaces));
    const kubeconfig = server.kubeconfig({ token: 'limited' });
    connection = connect(parseKubeconfig(kubeconfig, { insecureTls: false, http: false }));
    const log = { info: () => undefined, warn: () => undefined };
    const { clock, scheduler } = time;
    subscription = watchDeployments({ cluster, connection, namespaces: named, clock, scheduler, log }).subscribe(
      (fact) => {
        facts.push(fact);
        world.learn(fact);
      },
    );
  };

  const state = () => world.cluster(cluster).type;
  const knows = (...releases: readonly string[]) =>
    assert.deepEqual(
      ['one/a', 'one/c', 'two/b'].filter((key) => world.release(cluster, key as 'one/a')),
      releases,
    );
  const becomes = (expected: string, ...releases: readonly string[]) =>
    eventually(() => {
      time.advance(0);
      assert.equal(state(), expected);
      knows(...releases);
    });

  it('is watched in each namespace that targets name, and in no other', async () => {
    may('one', 'two');
    start('one');
    await becomes('live', 'one/a');
    await apply('one', 'c');
    await apply('two', 'd');
    await becomes('live', 'one/a', 'one/c');
    assert.ok(facts.every((fact) => fact.type !== 'cluster-lost'));
    assert.ok(facts.every((fact) => fact.type !== 'release-seen' || fact.release.key === 'one/c'));
  });

  it('is live only when all these namespaces are, and closes one that nobody names any more', async () => {
    may('one');
    start('one', 'two');
    await becomes('lost', 'one/a');
    const lost = world.cluster(cluster);
    assert.ok(lost.type === 'lost');
    assert.match(lost.failure.message, /in namespace two at https/);
    named.next(new Set(['one']));
    await becomes('live', 'one/a');
    may('one', 'two');
    named.next(new Set(['one', 'two']));
    await becomes('live', 'one/a', 'two/b');
    named.next(new Set(['two']));
    await becomes('live', 'two/b');
  });

  it('is watched as a whole once it may be, and in its namespaces when that is taken away', async () => {
    may('one');
    start('one');
    await becomes('live', 'one/a');
    may('*');
    time.advance(60_000);
    await becomes('live', 'one/a', 'two/b');
    may('one');
    server.cutWatches();
    await becomes('live', 'one/a');
    assert.equal(facts.at(-1)?.type, 'cluster-resumed');
  });

  it('leaves nothing behind with its end', async () => {
    may('one', 'two');
    start('one', 'two');
    await becomes('live', 'one/a', 'two/b');
    subscription.unsubscribe();
    const told = facts.length;
    await apply('one', 'c');
    await eventually(() => assert.ok(time.scheduler.actions.every(({ closed }) => closed)));
    assert.equal(facts.length, told);
  });
});
