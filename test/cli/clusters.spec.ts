import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ClusterRow } from '../../src/cli/cluster-row.ts';
import { parseClustersOptions } from '../../src/cli/clusters-flags.ts';
import { clustersTable } from '../../src/cli/clusters-table.ts';
import { reportClusters, type ClustersReport } from '../../src/cli/clusters.ts';
import { parseCommand } from '../../src/cli/command.ts';
import { systemClock } from '../../src/clock.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { aClusterApiSecret, aGitopsCluster, gitopsClusterCrd } from '../support/registrations.ts';

const crd = async (path: string): Promise<object> =>
  parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')) as object;

const fleet = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet' } };
const secrets = '/api/v1/namespaces/fleet/secrets';
const gitopsClusters = '/apis/gitops.weave.works/v1alpha1/namespaces/fleet/gitopsclusters';

const aRelease = (namespace: string) => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'podinfo', namespace },
  spec: { interval: '10m', chart: { spec: { chart: 'podinfo', sourceRef: { kind: 'HelmRepository', name: 'p' } } } },
});

const aPipeline = (...clusters: readonly string[]) => ({
  apiVersion: 'pipelines.weave.works/v1alpha1',
  kind: 'Pipeline',
  metadata: { name: 'podinfo', namespace: 'fleet' },
  spec: {
    appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
    environments: clusters.map((name) => ({
      name,
      targets: [{ namespace: 'default', clusterRef: { kind: 'GitopsCluster', name } }],
    })),
  },
});

describe('leafwatch clusters', () => {
  let management: ApiServer;
  let leaf: ApiServer;
  let client: KubeClient;
  let folder: string;

  before(async () => {
    const crds = [await crd('manifests/crd.yaml'), await crd('src/sandbox/helmrelease-crd.yaml'), gitopsClusterCrd];
    management = await startApiServer({ name: 'management', crds });
    leaf = await startApiServer({ name: 'leaf', crds });
    client = createKubeClient(management);
    folder = await mkdtemp(join(tmpdir(), 'leafwatch-clusters-'));
    await writeFile(join(folder, 'admin'), management.kubeconfig());
    const inLeaf = createKubeClient(leaf);
    const releases = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/default/helmreleases/podinfo';
    await inLeaf.apply(releases, aRelease('default'), 'tester');
    const since = '2026-03-02T10:00:00Z';
    const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: '', lastTransitionTime: since };
    await inLeaf.patch(`${releases}/status`, { status: { conditions: [ready] } }, 'helm-controller');
    inLeaf.close();
    await client.apply('/api/v1/namespaces/fleet', fleet, 'tester');
  });
  after(async () => {
    client.close();
    await Promise.all([management.close(), leaf.close(), rm(folder, { recursive: true })]);
  });

  const report = (kubeconfig = 'admin', output = 'json'): Promise<ClustersReport> => {
    const flags = [`--kubeconfig=${join(folder, kubeconfig)}`, '--namespace=fleet', '-o', output, '--timeout=5'];
    const options = parseClustersOptions(flags, {});
    assert.ok(!('usageError' in options));
    return reportClusters(options, systemClock);
  };
  const pipeline = '/apis/pipelines.weave.works/v1alpha1/namespaces/fleet/pipelines/podinfo';
  const secret = (name: string, cluster: string, kubeconfig: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'fleet', labels: { 'pipelines.weave.works/cluster': cluster } },
    data: { value: Buffer.from(kubeconfig).toString('base64') },
  });

  it('says that nothing is registered, which is no failure', async () => {
    const { text, notes, ok } = await report('admin', 'table');
    assert.deepEqual([text, notes, ok], ['', ['no cluster is registered in fleet'], true]);
  });

  it('asks each cluster once, and shows of each what is known and why it does not answer', async () => {
    leaf.addToken('narrow', {
      user: 'leafwatch',
      rules: [{ apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['*'], verbs: ['*'], namespaces: ['default'] }],
    });
    await client.apply(`${secrets}/live`, secret('live', 'live', leaf.kubeconfig()), 'tester');
    await client.apply(`${secrets}/narrow`, secret('narrow', 'narrow', leaf.kubeconfig({ token: 'narrow' })), 'tester');
    await client.apply(`${secrets}/stale`, secret('stale', 'stale', leaf.kubeconfig({ token: 'old' })), 'tester');
    await client.apply(`${secrets}/odd`, secret('odd', 'odd', 'nothing'), 'tester');
    const gone = aClusterApiSecret('gone', 'kubeconfig', 'https://127.0.0.1:1');
    await client.apply(`${secrets}/gone-kubeconfig`, gone, 'tester');
    const promised = aGitopsCluster('promised', { secretRef: { name: 'not-there' } });
    await client.apply(`${gitopsClusters}/promised`, promised, 'tester');
    await client.apply(pipeline, aPipeline('gone', 'narrow', 'unknown'), 'tester');
    const clusterAppRef = { apiVersion: 'v2', kind: 'HelmRelease', name: 'podinfo' };
    const target = { clusterAppRef, namespace: 'default', ready: false, unseenSince: '2026-03-02T10:00:00Z' };
    await client.patch(
      `${pipeline}/status`,
      { status: { environments: { gone: { targets: [target] } } } },
      'leafwatch',
    );

    const { text, notes, ok } = await report();
    const rows = JSON.parse(text) as ClusterRow[];
    assert.deepEqual(
      rows.map(({ name, state, reason, releases }) => [name, state, reason, releases]),
      [
        ['gone', 'lost', 'Unreachable', undefined],
        ['live', 'live', undefined, 1],
        ['narrow', 'live', undefined, 1],
        ['odd', 'refused', 'KubeconfigRefused', undefined],
        ['promised', 'unread', 'SecretMissing', undefined],
        ['stale', 'lost', 'Unauthorized', undefined],
        ['unknown', 'unregistered', 'NotRegistered', undefined],
      ],
    );
    const [lost, live] = rows;
    assert.deepEqual(lost?.registeredBy, ['Cluster API Secret fleet/gone-kubeconfig']);
    assert.equal(lost.since, '2026-03-02T10:00:00Z');
    assert.deepEqual([live?.server, live?.lastEvent], [leaf.url, '2026-03-02T10:00:00Z']);
    assert.match(live?.version ?? '', /^v1\./);
    assert.match(live?.certificateEnd ?? '', /^\d{4}-/);
    assert.deepEqual([notes, ok], [[], false]);
    for (const token of ['narrow', 'old']) assert.ok(!text.includes(`"${token}"}`));
  });

  it('asks the management cluster too where a target names it', async () => {
    const { spec, ...rest } = aPipeline('here');
    const targets = [{ namespace: 'default' }];
    const environments = spec.environments.map((environment) => ({ ...environment, targets }));
    await client.apply(pipeline, { ...rest, spec: { ...spec, environments } }, 'tester');
    const rows = JSON.parse((await report()).text) as ClusterRow[];
    const [first] = rows;
    assert.deepEqual(
      [first?.namespace, first?.name, first?.state, first?.server, first?.releases, first?.registeredBy],
      ['', 'management', 'live', management.url, 0, []],
    );
    const narrow = rows.find(({ name }) => name === 'narrow');
    assert.match(`${narrow?.state} ${narrow?.reason}: ${narrow?.message}`, /^lost Forbidden: .* no Pipeline names/);
    await client.apply(pipeline, aPipeline('live'), 'tester');
    assert.ok(!(await report()).text.includes('management'));
  });

  it('says what may not be read, which is a failure', async () => {
    management.addToken('nobody', { user: 'nobody', rules: [] });
    await writeFile(join(folder, 'nobody'), management.kubeconfig({ token: 'nobody' }));
    const { notes, ok } = await report('nobody', 'table');
    assert.equal(ok, false);
    assert.ok(notes.every((note) => /^registrations cannot be read: .*forbidden/.test(note)));
    assert.equal(notes.length, 2);
  });

  it('is a table that no server can write over', () => {
    const row: ClusterRow = {
      namespace: 'fleet',
      name: 'dev',
      registeredBy: ['Secret fleet/dev'],
      server: 'https://dev',
      state: 'lost',
      since: '2026-03-02T10:00:00Z',
      certificateEnd: '2026-04-02T10:00:00Z',
      reason: 'ServerError',
      message: 'bad\u001b[2Jnews\n',
    };
    const [head, line, empty, why] = clustersTable([row], Date.parse('2026-03-02T10:05:00Z')).split('\n');
    assert.match(head ?? '', /^NAMESPACE +NAME +REGISTERED BY +SERVER +VERSION +STATE +SINCE +RELEASES +LAST EVENT/);
    assert.match(
      line ?? '',
      /^fleet +dev +Secret fleet\/dev +https:\/\/dev +- +lost +5m +- +- +2026-04-02 +ServerError$/,
    );
    assert.deepEqual([empty, why], ['', 'fleet/dev: bad [2Jnews ']);
    const management = clustersTable([{ ...row, namespace: '', name: 'management' }], 0).split('\n');
    assert.match(management[1] ?? '', /^- +management /);
    assert.equal(management[3], 'management: bad [2Jnews ');
  });

  it('is a command with flags of its own', () => {
    const command = parseCommand(['clusters', '-o', 'json', '--registration-namespaces=a,b'], { KUBECONFIG: '/k' });
    assert.ok(command.type === 'clusters');
    const { output, kubeconfig, registrationNamespaces, timeout } = command.options;
    assert.deepEqual([output, kubeconfig, registrationNamespaces, timeout], ['json', '/k', ['a', 'b'], 10_000]);
    const mistake = parseCommand(['clusters', '--timeout=soon'], {});
    assert.match(mistake.type === 'usage-error' ? mistake.message : '', /^--timeout must be a number of seconds/);
  });
});
