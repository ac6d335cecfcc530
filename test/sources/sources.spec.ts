import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { merge, NEVER, share, Subject, type Observable, type Subscription } from 'rxjs';
import { parse } from 'yaml';
import { systemClock } from '../../src/clock.ts';
import { connect, type Connection } from '../../src/kube/wire/connection.ts';
import { createGate } from '../../src/kube/watch/gate.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import type { ClusterKey } from '../../src/model/cluster.ts';
import type { Fact } from '../../src/model/fact.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { watchClusters } from '../../src/sources/clusters.ts';
import { namedClusters } from '../../src/sources/named-clusters.ts';
import { watchPipelines } from '../../src/sources/pipelines.ts';
import { watchRegistrations } from '../../src/sources/registrations.ts';
import { eventually } from '../support/eventually.ts';

const allowed = { insecureTls: false, http: false };
const clusterLabel = 'pipelines.weave.works/cluster';

const aPipeline = (name: string, ...clusters: readonly (string | undefined)[]) => ({
  apiVersion: 'pipelines.weave.works/v1alpha1',
  kind: 'Pipeline',
  metadata: { name, namespace: 'default' },
  spec: {
    appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
    environments: clusters.map((cluster, index) => ({
      name: `env-${index}`,
      targets: [
        {
          namespace: 'default',
          ...(cluster === undefined ? {} : { clusterRef: { kind: 'GitopsCluster', name: cluster } }),
        },
      ],
    })),
  },
});

const aSecret = (name: string, cluster: string, kubeconfig: string, key = 'value') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default', labels: { [clusterLabel]: cluster } },
  data: { [key]: Buffer.from(kubeconfig).toString('base64') },
});

const aRelease = (version: string) => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'podinfo', namespace: 'default' },
  spec: {
    interval: '10m',
    chart: { spec: { chart: 'podinfo', version, sourceRef: { kind: 'HelmRepository', name: 'podinfo' } } },
  },
});

const pipelinePath = (name: string) => `/apis/pipelines.weave.works/v1alpha1/namespaces/default/pipelines/${name}`;
const secretPath = (name: string) => `/api/v1/namespaces/default/secrets/${name}`;
const releasePath = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/default/helmreleases/podinfo';

const crd = async (path: string): Promise<object> =>
  parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')) as object;

interface Beginning {
  readonly doubted?: Observable<ClusterKey>;
  readonly onAnswer?: () => void;
}

describe('sources', () => {
  let management: ApiServer;
  let leaf: ApiServer;
  let inManagement: KubeClient;
  let inLeaf: KubeClient;
  let connection: Connection;
  let subscription: Subscription;
  let facts: Fact[];
  let warnings: string[];
  let logged: string[];

  beforeEach(async () => {
    const crds = [await crd('manifests/crd.yaml'), await crd('src/sandbox/helmrelease-crd.yaml')];
    management = await startApiServer({ name: 'management', crds });
    leaf = await startApiServer({ name: 'leaf', crds });
    inManagement = createKubeClient(management);
    inLeaf = createKubeClient(leaf);
    connection = connect(parseKubeconfig(management.kubeconfig(), allowed));
    facts = [];
    warnings = [];
    logged = [];
  });

  afterEach(async () => {
    subscription.unsubscribe();
    for (const { close } of [connection, inManagement, inLeaf, management, leaf]) await close();
  });

  /** Lines about watches, with the cluster that they are about. */
  const note = (message: string, fields: object = {}) => {
    if (message.startsWith('watch ')) logged.push(`${message} ${'cluster' in fields ? String(fields.cluster) : ''}`);
  };
  const start = ({ doubted = NEVER, onAnswer = () => undefined }: Beginning = {}) => {
    const log = {
      info: (message: string, fields?: object) => note(message, fields),
      warn: (message: string, fields?: object) => {
        warnings.push(message);
        note(message, fields);
      },
    };
    const deps = { connection, clock: systemClock, log, gate: createGate(8) };
    const pipelines = watchPipelines({ ...deps, crossNamespaceRefs: true }).pipe(share());
    const named = namedClusters(pipelines);
    const registrations = watchRegistrations({ ...deps, namespaces: ['default'], allowed, wanted: named });
    const clusters = watchClusters({ ...deps, registrations, named, doubted, connecting: { onAnswer } });
    subscription = merge(pipelines, clusters).subscribe((fact) => facts.push(fact));
  };

  const apply = (client: KubeClient, path: string, object: object) => client.apply(path, object, 'tester');
  const remove = (client: KubeClient, path: string) => client.call('DELETE', path);

  /** Facts about clusters, in few words. */
  const words = (): string[] =>
    facts.flatMap((fact) => {
      switch (fact.type) {
        case 'releases-listed':
          return [
            `listed ${[fact.cluster, ...(fact.namespace ? [fact.namespace] : [])].join(' ')}: ${fact.releases.map(({ key }) => key).join(' ')}`,
          ];
        case 'release-seen':
          return [`seen ${fact.cluster}: ${fact.release.key} ${fact.release.lastAttemptedRevision ?? ''}`];
        case 'release-gone':
          return [`gone ${fact.cluster}: ${fact.release}`];
        case 'cluster-lost':
        case 'cluster-refused':
          return [`${fact.type} ${fact.cluster}: ${fact.failure.reason}`];
        case 'cluster-narrowed':
          return [`narrowed ${fact.cluster}: ${fact.namespaces.join(' ')}`];
        case 'cluster-unread':
          return fact.failure.reason === 'BeingRead' ? [] : [`${fact.type} ${fact.cluster}: ${fact.failure.reason}`];
        case 'cluster-opening':
        case 'cluster-resumed':
        case 'cluster-closed':
          return [`${fact.type} ${fact.cluster}`];
        case 'pipeline-seen':
        case 'pipeline-unreadable':
        case 'pipeline-gone':
        case 'pipelines-listed':
        case 'cluster-certificates':
        case 'deployment-heard':
        case 'promotion-asked':
        case 'promotion-blocked':
        case 'promotion-unblocked':
          return [];
      }
    });

  const says = (...expected: readonly string[]) => eventually(() => assert.deepEqual(words(), expected));

  it('tell of a cluster from the first target that names it until the last, and of every release in it', async () => {
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig()));
    await apply(inLeaf, releasePath, aRelease('6.0.0'));
    start();
    await eventually(() => assert.deepEqual(facts, [{ type: 'pipelines-listed', pipelines: [] }]));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf'));
    const opened = ['cluster-opening default/leaf', 'listed default/leaf: default/podinfo'];
    await says(...opened);
    const status = { lastAttemptedRevision: '6.0.0' };
    await inLeaf.patch(`${releasePath}/status`, { status }, 'helm-controller');
    await inLeaf.patch(releasePath, { metadata: { labels: { nothing: 'new' } } }, 'tester');
    await remove(inLeaf, releasePath);
    const watched = [...opened, 'seen default/leaf: default/podinfo 6.0.0', 'gone default/leaf: default/podinfo'];
    await says(...watched);
    await remove(inManagement, pipelinePath('podinfo'));
    await says(...watched, 'cluster-closed default/leaf');
    assert.deepEqual(facts.at(-2), { type: 'pipeline-gone', pipeline: 'default/podinfo' });
  });

  it('tell of the management cluster like of any other when it is named', async () => {
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', undefined));
    start();
    await says('cluster-opening /', 'listed /: ');
  });

  it('tell that a cluster is lost, and that it is back', async () => {
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig(), 'kubeconfig'));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf', undefined));
    start();
    await eventually(() => assert.equal(words().filter((word) => word.startsWith('listed')).length, 2));
    const before = words().length;
    await leaf.suspend();
    await eventually(() => assert.equal(words()[before], 'cluster-lost default/leaf: StreamBroken'));
    await eventually(() => assert.equal(words()[before + 1], 'cluster-lost default/leaf: Unreachable'));
    await leaf.resume();
    await eventually(() => assert.match(words()[before + 2] ?? '', /^(cluster-resumed|listed) default\/leaf/));
    assert.ok(
      words()
        .slice(before)
        .every((word) => word.includes('default/leaf')),
    );
    assert.ok(logged.length > 0);
    for (const line of logged) assert.match(line, /^watch (lost|live again): cluster default\/leaf.* default\/leaf$/);
  });

  it('name in the log what was lost of the management cluster', async () => {
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', undefined));
    start();
    await eventually(() => assert.ok(words().includes('listed /: ')));
    await management.suspend();
    await eventually(() => assert.ok(words().includes('cluster-lost /: Unreachable')));
    for (const what of ['pipelines', 'helmreleases', 'secrets'])
      assert.ok(
        logged.some((line) => line.startsWith(`watch lost: the management cluster: ${what}`)),
        `${what}: ${logged.join('\n')}`,
      );
  });

  it('list a cluster again when its past was compacted', async () => {
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig(), 'value.yaml'));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf'));
    start();
    const opened = ['cluster-opening default/leaf', 'listed default/leaf: '];
    await says(...opened);
    await leaf.suspend();
    await eventually(() => assert.equal(words().at(-1), 'cluster-lost default/leaf: Unreachable'));
    await leaf.resume();
    await apply(inLeaf, releasePath, aRelease('6.0.0'));
    leaf.compact();
    await eventually(() => assert.match(words().at(-1) ?? '', /^(listed|seen) default\/leaf: default\/podinfo/));
  });

  it('refuse a kubeconfig that runs code, and accept the next one', async () => {
    const bad = leaf.kubeconfig().replace(/token: .*/, 'exec: { command: aws }');
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', bad));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf'));
    start();
    await says('cluster-refused default/leaf: KubeconfigRefused');
    const refused = facts.find((fact) => fact.type === 'cluster-refused');
    assert.match(refused?.failure.message ?? '', /^Secret default\/leaf: .*`users\[0\]\.user\.exec`/);
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig()));
    await says(
      'cluster-refused default/leaf: KubeconfigRefused',
      'cluster-opening default/leaf',
      'listed default/leaf: ',
    );
  });

  it('tell of a cluster whose registration may not be read that it is so, not that it is none', async () => {
    const rule = { apiGroups: ['*'], resources: ['pipelines', 'gitopsclusters'], verbs: ['*'] };
    management.addToken('narrow', { user: 'leafwatch', rules: [rule] });
    connection.close();
    connection = connect(parseKubeconfig(management.kubeconfig({ token: 'narrow' }), allowed));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf'));
    start();
    await says('cluster-unread default/leaf: Forbidden');
    const unread = facts.findLast((fact) => fact.type === 'cluster-unread');
    assert.match(unread?.failure.message ?? '', /^registrations cannot be read: secrets .*allow get, list and watch/);
  });

  it('refuse a name that two Secrets claim, and name both', async () => {
    await apply(inManagement, secretPath('one'), aSecret('one', 'leaf', leaf.kubeconfig()));
    await apply(inManagement, secretPath('two'), aSecret('two', 'leaf', leaf.kubeconfig()));
    start();
    await says('cluster-refused default/leaf: ClusterRegisteredTwice');
    const refused = facts.find((fact) => fact.type === 'cluster-refused');
    assert.match(refused?.failure.message ?? '', /Secret default\/one and by Secret default\/two/);
    await remove(inManagement, secretPath('two'));
    await says('cluster-refused default/leaf: ClusterRegisteredTwice', 'cluster-closed default/leaf');
  });

  it('open a watch that is doubted anew, from where it stands, and no other', async () => {
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig()));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf'));
    await apply(inLeaf, releasePath, aRelease('6.0.0'));
    const doubted = new Subject<ClusterKey>();
    let answers = 0;
    start({ doubted, onAnswer: () => (answers += 1) });
    const opened = ['cluster-opening default/leaf', 'listed default/leaf: default/podinfo'];
    await says(...opened);
    const attempts = (revision: string) =>
      inLeaf.patch(`${releasePath}/status`, { status: { lastAttemptedRevision: revision } }, 'helm-controller');
    await attempts('6.0.0');
    const watched = [...opened, 'seen default/leaf: default/podinfo 6.0.0'];
    await says(...watched);
    const before = answers;
    doubted.next('default/other');
    doubted.next('default/leaf');
    await eventually(() => assert.equal(answers, before + 1));
    await attempts('6.0.1');
    await says(...watched, 'seen default/leaf: default/podinfo 6.0.1');
    assert.equal(answers, before + 1);
  });

  it('keep what they know through a rotation of credentials, and keep nothing of another server', async () => {
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig()));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf'));
    await apply(inLeaf, releasePath, aRelease('6.0.0'));
    start();
    const opened = ['cluster-opening default/leaf', 'listed default/leaf: default/podinfo'];
    await says(...opened);
    leaf.addToken('another', { user: 'another', rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] });
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig({ token: 'another' })));
    await inLeaf.patch(`${releasePath}/status`, { status: { lastAttemptedRevision: '6.0.0' } }, 'helm-controller');
    const rotated = [...opened, 'seen default/leaf: default/podinfo 6.0.0'];
    await says(...rotated);
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig({ token: 'unknown' })));
    await says(...rotated, 'cluster-lost default/leaf: Unauthorized');
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig()));
    const back = [...rotated, 'cluster-lost default/leaf: Unauthorized', 'cluster-resumed default/leaf'];
    await says(...back);
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', management.kubeconfig()));
    const other = ['cluster-closed default/leaf', 'cluster-opening default/leaf', 'listed default/leaf: '];
    await says(...back, ...other);
  });

  it('say of a token that is not accepted that it is to be renewed', async () => {
    await apply(inManagement, secretPath('leaf'), aSecret('leaf', 'leaf', leaf.kubeconfig({ token: 'unknown' })));
    await apply(inManagement, pipelinePath('podinfo'), aPipeline('podinfo', 'leaf'));
    start();
    await says('cluster-opening default/leaf', 'cluster-lost default/leaf: Unauthorized');
    assert.ok(warnings.some((warning) => warning.includes('renew')));
  });
});
