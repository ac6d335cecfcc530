import assert from 'node:assert/strict';
import { BehaviorSubject, type Subscription } from 'rxjs';
import { systemClock } from '../../src/clock.ts';
import type { Credentials } from '../../src/kube/wire/credentials.ts';
import { connectTo } from '../../src/kube/wire/connection.ts';
import type { ClusterKey } from '../../src/model/cluster.ts';
import type { Fact } from '../../src/model/fact.ts';
import { watchClusters } from '../../src/sources/clusters.ts';
import type { NamedClusters } from '../../src/sources/named-clusters.ts';
import type { Registrations } from '../../src/sources/registrations.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { aStatus, startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';

const leaf: ClusterKey = 'fleet/leaf';
const named: NamedClusters = new Map([[leaf, new Set(['apps'])]]);

type Registered = Pick<Registrations, 'clusters' | 'unreadIn'>;

describe('clusters', () => {
  let server: ScriptedServer;
  let proxy: FaultProxy;
  let facts: Fact[];
  let subscription: Subscription;
  let wanted: BehaviorSubject<NamedClusters>;
  let registrations: BehaviorSubject<Registered>;

  const registered = (token: string, more: Partial<Credentials> = {}): Registered => {
    const credentials: Credentials = {
      server: proxy.url,
      ca: undefined,
      insecureSkipTlsVerify: false,
      tlsServerName: undefined,
      auth: { type: 'token', token },
      namespace: undefined,
      ...more,
    };
    const registration = { type: 'registered' as const, credentials, certificates: [] };
    return {
      clusters: new Map([[leaf, { registration, secret: 'fleet/leaf', claims: [] }]]),
      unreadIn: () => undefined,
    };
  };
  const types = () => facts.map(({ type }) => type);

  /** Starts with a cluster that refuses, so that its connection is kept while it is left alone. */
  beforeEach(async () => {
    server = await startScriptedServer(aStatus(503, 'away', {}, { 'retry-after': '60' }));
    proxy = await startFaultProxy(server.url);
    facts = [];
    wanted = new BehaviorSubject(named);
    registrations = new BehaviorSubject(registered('first'));
    const connection = connectTo({ server: proxy.url, options: () => Promise.resolve({}) });
    const log = { info: () => undefined, warn: () => undefined };
    const deps = { connection, clock: systemClock, log, registrations, named: wanted };
    subscription = watchClusters(deps).subscribe((fact) => facts.push(fact));
    await eventually(() => assert.deepEqual(types(), ['cluster-opening', 'cluster-lost']));
    assert.equal(proxy.open(), 1);
  });
  afterEach(async () => {
    subscription.unsubscribe();
    await proxy.close();
    await server.close();
  });

  it('leave no connection when nobody names them any more', async () => {
    wanted.next(new Map());
    // Well before the server closes what is idle.
    await eventually(() => assert.equal(proxy.open(), 0), { timeout: 2_000 });
    assert.equal(types().at(-1), 'cluster-closed');
  });

  it('use no connection that was opened with the credentials before', async () => {
    registrations.next(registered('second'));
    await eventually(() => assert.equal(server.requests.length, 2));
    assert.deepEqual([proxy.made(), types().length], [2, 2]);
    await eventually(() => assert.equal(proxy.open(), 1));
  });

  it('are others with another server, and with another authority', async () => {
    const again = ['cluster-closed', 'cluster-opening'];
    registrations.next(registered('first', { server: `${proxy.url}/other` }));
    await eventually(() => assert.deepEqual(types().slice(2), again));
    registrations.next(registered('first', { server: `${proxy.url}/other`, ca: 'another' }));
    await eventually(() => assert.deepEqual(types().slice(2), [...again, ...again]));
  });
});
