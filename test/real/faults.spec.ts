import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { BehaviorSubject, type Subscription } from 'rxjs';
import { parse } from 'yaml';
import { systemClock } from '../../src/clock.ts';
import { connect, type Connection } from '../../src/kube/wire/connection.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import type { Fact } from '../../src/model/fact.ts';
import { createKubeClient } from '../../src/sandbox/kube-client.ts';
import { watchDeployments } from '../../src/sources/deployments.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import type { Cluster } from './support/connect-cluster.ts';
import { requestJson } from './support/request-json.ts';
import { startControlPlane, type ControlPlane } from './support/start-control-plane.ts';

type Version = { readonly name: string; readonly served: boolean; readonly storage: boolean };
type Definition = {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: readonly Version[] };
};

const group = '/apis/helm.toolkit.fluxcd.io';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const merge = { contentType: 'application/merge-patch+json' };

const pathOf = (name = '', version = 'v2', namespace = 'apps') =>
  `${group}/${version}/namespaces/${namespace}/helmreleases${name === '' ? '' : `/${name}`}`;

const aRelease = (name: string, version = 'v2', namespace = 'apps') => ({
  apiVersion: `helm.toolkit.fluxcd.io/${version}`,
  kind: 'HelmRelease',
  metadata: { name, namespace },
  spec: {
    interval: '10m',
    chart: { spec: { chart: 'podinfo', version: '6.0.0', sourceRef: { kind: 'HelmRepository', name: 'podinfo' } } },
  },
});

/** The faults that a real API server can be brought to. */
describe('a watch of a real API server', () => {
  let controlPlane: ControlPlane<'leaf'>;
  let leaf: Cluster;
  let crd: Definition;
  let ends: (() => void)[] = [];

  before(async () => {
    controlPlane = await startControlPlane({ clusters: ['leaf'] });
    leaf = controlPlane.clusters.leaf;
    const file = new URL('../../src/sandbox/helmrelease-crd.yaml', import.meta.url);
    crd = parse(await readFile(file, 'utf8')) as Definition;
    for (const namespace of ['apps', 'others']) await leaf.ensureNamespace(namespace);
    await define(crd);
    await put('a');
  });
  after(() => controlPlane.close());
  afterEach(() => {
    for (const end of ends.reverse()) end();
    ends = [];
  });

  const served = (version: string) =>
    eventually(async () => assert.equal((await leaf.request('GET', pathOf('', version))).status, 200), {
      timeout: 30_000,
    });
  const define = async (definition: Definition) => {
    await leaf.expect('POST', definitions, definition);
    for (const { name, served: isServed } of definition.spec.versions) if (isServed) await served(name);
  };
  const put = (name: string, version?: string, namespace?: string) =>
    leaf.expect('POST', pathOf('', version, namespace), aRelease(name, version, namespace));
  const move = (name: string, revision: string) =>
    leaf.expect('PATCH', `${pathOf(name)}/status`, { status: { lastAttemptedRevision: revision } }, merge);
  const remove = (name: string) => leaf.expect('DELETE', pathOf(name));

  const start = (token?: string, namespaces: readonly string[] = ['apps'], server = leaf.url) => {
    const read = parseKubeconfig(leaf.kubeconfig(token), { insecureTls: false, http: false });
    const credentials = { ...read, server };
    const asked: string[] = [];
    const own = connect(() => credentials);
    const connection: Connection = {
      ...own,
      request: (path, options) => {
        asked.push(path);
        return own.request(path, options);
      },
    };
    const held = new Map<string, string | undefined>();
    const words: string[] = [];
    let live = false;
    const learn = (fact: Fact): void => {
      switch (fact.type) {
        case 'releases-listed':
          for (const key of [...held.keys()])
            if (fact.namespace === undefined || key.startsWith(`${fact.namespace}/`)) held.delete(key);
          for (const release of fact.releases) held.set(release.key, release.lastAttemptedRevision);
          live ||= fact.namespace === undefined;
          words.push('listed');
          break;
        case 'release-seen':
          held.set(fact.release.key, fact.release.lastAttemptedRevision);
          words.push(`seen ${fact.release.key}`);
          break;
        case 'release-gone':
          held.delete(fact.release);
          words.push(`gone ${fact.release}`);
          break;
        case 'cluster-lost':
          live = false;
          words.push(`lost ${fact.failure.reason}`);
          break;
        case 'cluster-resumed':
          live = true;
          words.push('resumed');
          break;
        case 'cluster-opening':
        case 'cluster-closed':
        case 'cluster-refused':
        case 'cluster-unread':
        case 'cluster-narrowed':
        case 'cluster-certificates':
        case 'pipeline-seen':
        case 'pipeline-gone':
        case 'pipeline-unreadable':
        case 'pipelines-listed':
        case 'deployment-heard':
        case 'promotion-asked':
        case 'promotion-blocked':
        case 'promotion-unblocked':
      }
    };
    const subscription: Subscription = watchDeployments({
      cluster: 'default/leaf',
      connection,
      namespaces: new BehaviorSubject<ReadonlySet<string>>(new Set(namespaces)),
      clock: systemClock,
      log: { info: () => undefined, warn: () => undefined },
    }).subscribe(learn);
    ends.push(
      () => connection.close(),
      () => subscription.unsubscribe(),
    );
    const says = (word: string, timeout = 60_000) =>
      eventually(() => assert.ok(words.includes(word), words.join(', ')), { timeout });
    return {
      asked,
      says,
      forget: () => words.splice(0),
      /** Waits until the watch is live and holds what the server holds in these namespaces. */
      agrees: (version = 'v2', timeout = 90_000) =>
        eventually(
          async () => {
            assert.ok(live, `not live: ${words.join(', ')}`);
            const there: [string, string | undefined][] = [];
            for (const namespace of namespaces) {
              const { items } = (await leaf.expect('GET', pathOf('', version, namespace))) as {
                items: { metadata: { name: string }; status?: { lastAttemptedRevision?: string } }[];
              };
              for (const { metadata, status } of items)
                there.push([`${namespace}/${metadata.name}`, status?.lastAttemptedRevision]);
            }
            // Who may read the whole cluster is told of other namespaces too.
            const here = [...held].filter(([key]) => namespaces.some((name) => key.startsWith(`${name}/`)));
            assert.deepEqual(here.sort(), there.sort());
          },
          { timeout, every: 100 },
        ),
    };
  };

  it('is told the first state by one watch (WatchList), and each change after it', async () => {
    const { asked, agrees, says } = start();
    await agrees();
    await move('a', '6.0.1');
    await says('seen apps/a');
    await agrees();
    const requests = asked.filter((path) => path.includes('helmreleases'));
    assert.equal(requests.length, 1);
    assert.match(requests[0] ?? '', /sendInitialEvents=true/);
  });

  it('lives through a crash: what happened meanwhile is told', async () => {
    const { agrees, says, forget } = start();
    await agrees();
    forget();
    await leaf.kill();
    await says('lost Unreachable');
    await leaf.restart();
    await move('a', '6.0.2');
    await agrees();
  });

  it('lives through restarts one after another', async () => {
    const { agrees } = start();
    await agrees();
    await leaf.restart();
    await move('a', '6.0.3');
    await leaf.restart();
    await move('a', '6.0.4');
    await agrees();
  });

  it('is too late after a compaction, and lists again: what has gone goes', async () => {
    await put('b');
    const proxy = await startFaultProxy(leaf.url);
    ends.push(() => void proxy.close());
    const { agrees, says } = start(undefined, ['apps'], proxy.url);
    await agrees();
    // Kept away until the server is ready: one that starts gives other reasons to list again.
    proxy.each(() => ({ type: 'reset', after: 0 }));
    proxy.strike({ type: 'reset', after: 0 });
    await says('lost Unreachable');
    await remove('b');
    await leaf.kill();
    const { etcdUrl } = controlPlane;
    const key = Buffer.from('/elsewhere').toString('base64');
    const write = () => requestJson(`${etcdUrl}/v3/kv/put`, { method: 'POST', body: { key, value: key } });
    for (let count = 0; count < 20; count += 1) await write();
    const { header } = (await write()).body as { header: { revision: string } };
    const compaction = { revision: header.revision, physical: true };
    assert.equal((await requestJson(`${etcdUrl}/v3/kv/compaction`, { method: 'POST', body: compaction })).status, 200);
    await leaf.restart();
    await served('v2');
    proxy.each(() => undefined);
    await says('lost Expired');
    await agrees();
  });

  it('holds 10,000 objects, and is told each change', async function () {
    this.timeout(240_000);
    const names = Array.from({ length: 10_000 }, (_, index) => `many-${index}`);
    const client = createKubeClient({ url: leaf.url, ca: leaf.ca, token: leaf.adminToken });
    const left = [...names];
    const work = async () => {
      for (let name = left.pop(); name !== undefined; name = left.pop())
        await client.call('POST', pathOf('', 'v2', 'others'), aRelease(name, 'v2', 'others'));
    };
    await Promise.all(Array.from({ length: 20 }, work));
    const { agrees } = start(undefined, ['others']);
    await agrees('v2', 60_000);
    await client.call('DELETE', pathOf('many-5000', 'v2', 'others'));
    await agrees();
    await client.call('DELETE', pathOf('', 'v2', 'others'));
    await agrees();
    client.close();
  });

  it('says Unauthorized when its token is revoked', async () => {
    const token = await leaf.serviceAccountToken('flux-system', 'revoked');
    await allow('revoked');
    const { agrees, says } = start(token);
    await agrees();
    await leaf.expect('DELETE', '/api/v1/namespaces/flux-system/serviceaccounts/revoked');
    // The API server asks only once for as long as a watch lives, and remembers tokens for ten seconds.
    await eventually(
      async () => assert.equal((await leaf.request('GET', pathOf(), undefined, { token })).status, 401),
      {
        timeout: 30_000,
      },
    );
    await leaf.restart();
    await says('lost Unauthorized');
  });

  it('says Forbidden when its rights are taken, and goes on when they are given back', async function () {
    this.timeout(180_000);
    const token = await leaf.serviceAccountToken('flux-system', 'bound');
    await allow('bound');
    const { agrees, says } = start(token);
    await agrees();
    await leaf.expect('DELETE', `${rbac}/clusterrolebindings/bound`);
    await leaf.restart();
    await says('lost Forbidden');
    await bind('bound');
    await move('a', '6.0.5');
    await agrees('v2', 120_000);
  });

  it('with rights in namespaces alone watches each of them', async () => {
    const token = await leaf.serviceAccountToken('flux-system', 'narrow');
    await role('narrow');
    for (const namespace of ['apps', 'others']) await bindIn('narrow', namespace);
    await put('elsewhere', 'v2', 'others');
    const { agrees, says } = start(token, ['apps', 'others']);
    await agrees();
    await move('a', '6.0.6');
    await says('seen apps/a');
    await agrees();
  });

  it('goes with its CustomResourceDefinition, and comes again with it', async function () {
    this.timeout(180_000);
    const { agrees, says } = start();
    await agrees();
    await leaf.expect('DELETE', `${definitions}/${crd.metadata.name}`);
    await eventually(
      async () => assert.equal((await leaf.request('GET', `${definitions}/${crd.metadata.name}`)).status, 404),
      { timeout: 60_000 },
    );
    await says('gone apps/a');
    await says('lost NotServed', 90_000);
    await define(crd);
    await put('a');
    await agrees('v2', 120_000);
  });

  it('moves to the newer version of its CustomResourceDefinition', async function () {
    this.timeout(180_000);
    await leaf.expect('DELETE', `${definitions}/${crd.metadata.name}`);
    await eventually(
      async () => assert.equal((await leaf.request('GET', `${definitions}/${crd.metadata.name}`)).status, 404),
      { timeout: 60_000 },
    );
    const old = crd.spec.versions
      .filter(({ name }) => name !== 'v2')
      .map((version) => ({ ...version, storage: version.name === 'v2beta2' }));
    await define({ ...crd, spec: { ...crd.spec, versions: old } });
    await put('a', 'v2beta2');
    const { agrees, asked } = start();
    await agrees('v2beta2');
    await leaf.expect('PATCH', `${definitions}/${crd.metadata.name}`, { spec: { versions: crd.spec.versions } }, merge);
    await served('v2');
    await eventually(
      () =>
        assert.ok(
          asked.some((path) => path.startsWith(`${group}/v2/`)),
          asked.join('\n'),
        ),
      {
        timeout: 60_000,
      },
    );
    await move('a', '6.0.7');
    await agrees();
  });

  const role = (name: string) =>
    leaf.expect('POST', `${rbac}/clusterroles`, {
      metadata: { name },
      rules: [{ apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['helmreleases'], verbs: ['get', 'list', 'watch'] }],
    });
  const whom = (name: string) => ({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', namespace: 'flux-system', name }],
  });
  const bind = (name: string) =>
    leaf.expect('POST', `${rbac}/clusterrolebindings`, { metadata: { name }, ...whom(name) });
  const bindIn = (name: string, namespace: string) =>
    leaf.expect('POST', `${rbac}/namespaces/${namespace}/rolebindings`, { metadata: { name }, ...whom(name) });
  const allow = async (name: string) => {
    await role(name);
    await bind(name);
  };
});
