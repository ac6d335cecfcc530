import assert from 'node:assert/strict';
import { BehaviorSubject, type Subscription } from 'rxjs';
import { systemClock } from '../../src/clock.ts';
import { connect, type Connection } from '../../src/kube/wire/connection.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import type { ClusterKey } from '../../src/model/cluster.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { watchRegistrations, type Registrations } from '../../src/sources/registrations.ts';
import { eventually } from '../support/eventually.ts';
import { aClusterApiSecret, aGitopsCluster, aKubeconfigSecret, gitopsClusterCrd } from '../support/registrations.ts';

const allowed = { insecureTls: false, http: false };
const secrets = '/api/v1/namespaces/fleet/secrets';
const clusters = '/apis/gitops.weave.works/v1alpha1/namespaces/fleet/gitopsclusters';

describe('registrations', () => {
  let management: ApiServer;
  let client: KubeClient;
  let connection: Connection;
  let asked: string[];
  let lines: string[];
  let wanted: BehaviorSubject<ReadonlySet<ClusterKey>>;
  let newest: Registrations | undefined;
  let subscription: Subscription | undefined;

  beforeEach(async () => {
    management = await startApiServer({ name: 'management', crds: [gitopsClusterCrd] });
    client = createKubeClient(management);
    const fleet = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet' } };
    await client.apply('/api/v1/namespaces/fleet', fleet, 'tester');
    asked = [];
    lines = [];
    wanted = new BehaviorSubject<ReadonlySet<ClusterKey>>(new Set(['fleet/dev']));
    newest = undefined;
  });

  afterEach(async () => {
    subscription?.unsubscribe();
    for (const { close } of [connection, client, management]) await close();
  });

  const start = (kubeconfig = management.kubeconfig()) => {
    const own = connect(parseKubeconfig(kubeconfig, allowed));
    connection = {
      ...own,
      request: (path, options) => {
        asked.push(decodeURIComponent(path));
        return own.request(path, options);
      },
    };
    const log = {
      info: (message: string) => lines.push(`info ${message}`),
      warn: (message: string) => lines.push(`warn ${message}`),
    };
    const deps = { connection, clock: systemClock, log, namespaces: ['fleet'], allowed, wanted };
    subscription = watchRegistrations(deps).subscribe((registrations) => (newest = registrations));
  };

  const put = (path: string, object: { readonly metadata: { readonly name: string } }) =>
    client.apply(`${path}/${object.metadata.name}`, object, 'tester');
  const remove = (path: string, name: string) => client.call('DELETE', `${path}/${name}`);

  /** What is known of `fleet/<name>`, in words. */
  const known = (name = 'dev'): string => {
    const registration = newest?.clusters.get(`fleet/${name}`)?.registration;
    switch (registration?.type) {
      case undefined:
        return newest?.unreadIn('fleet')?.message ?? 'not registered';
      case 'registered':
        return registration.credentials.server;
      case 'refused':
      case 'unread':
        return `${registration.type}: ${registration.failure.message}`;
    }
  };
  const becomes = (expected: string | RegExp, name?: string) =>
    eventually(() =>
      typeof expected === 'string' ? assert.equal(known(name), expected) : assert.match(known(name), expected),
    );
  const askedFor = (text: string) => asked.some((path) => path.includes(text));

  it('are being read until everything has been listed', async () => {
    start();
    assert.equal(known(), 'registrations cannot be read: they are being read');
    await becomes('not registered');
  });

  it('are made by a Cluster API Secret, whose siblings with keys are not read', async () => {
    await put(secrets, aClusterApiSecret('dev', 'kubeconfig', 'https://dev.example'));
    await put(secrets, aClusterApiSecret('dev', 'ca', 'https://not.a.cluster'));
    start();
    await becomes('https://dev.example');
    assert.deepEqual([...(newest?.clusters.keys() ?? [])], ['fleet/dev']);
    assert.ok(!askedFor('metadata.name=dev-ca'));
    assert.ok(newest?.clusters.get('fleet/dev')?.claims.every(({ way }) => way === 'ClusterAPI'));
  });

  for (const [ref, secret] of [
    [{ secretRef: { name: 'login' } }, 'login'],
    [{ capiClusterRef: { name: 'eu' } }, 'eu-kubeconfig'],
  ] as const)
    it(`are made by a GitopsCluster with ${Object.keys(ref).join('')}, live`, async () => {
      start();
      await becomes('not registered');
      await put(clusters, aGitopsCluster('dev', ref));
      await becomes(`unread: GitopsCluster fleet/dev names Secret fleet/${secret}, which does not exist`);
      await put(secrets, aKubeconfigSecret(secret, 'https://one.example'));
      await becomes('https://one.example');
      await put(secrets, aKubeconfigSecret(secret, 'https://two.example', 'kubeconfig'));
      await becomes('https://two.example');
      await remove(secrets, secret);
      await becomes(/which does not exist/);
      await put(secrets, aKubeconfigSecret(secret, 'https://three.example', 'value.yaml'));
      await becomes('https://three.example');
      await remove(clusters, 'dev');
      await becomes('not registered');
    });

  it('follow a GitopsCluster to another Secret, and to another name', async () => {
    await put(secrets, aKubeconfigSecret('one', 'https://one.example'));
    await put(secrets, aKubeconfigSecret('two', 'https://two.example'));
    await put(clusters, aGitopsCluster('dev', { secretRef: { name: 'one' } }));
    start();
    await becomes('https://one.example');
    await put(clusters, aGitopsCluster('dev', { secretRef: { name: 'two' } }));
    await becomes('https://two.example');
    wanted.next(new Set(['fleet/dev', 'fleet/renamed']));
    await remove(clusters, 'dev');
    await put(clusters, aGitopsCluster('renamed', { secretRef: { name: 'two' } }));
    await becomes('https://two.example', 'renamed');
    assert.equal(known('dev'), 'not registered');
  });

  it('refuse a GitopsCluster that names no Secret', async () => {
    await put(clusters, aGitopsCluster('dev', {}));
    start();
    await becomes('refused: GitopsCluster fleet/dev: needs spec.secretRef or spec.capiClusterRef');
  });

  it('read no Secret for a cluster that nobody names, nor one that no registration names', async () => {
    wanted.next(new Set());
    await put(clusters, aGitopsCluster('dev', { secretRef: { name: 'login' } }));
    await put(secrets, aKubeconfigSecret('login', 'https://dev.example'));
    await put(secrets, aKubeconfigSecret('other', 'https://other.example'));
    start();
    await becomes(/^unread: .* is being read$/);
    const ofSecrets = () => asked.filter((path) => path.includes('/secrets'));
    await eventually(() => assert.ok(ofSecrets().length >= 2));
    assert.ok(ofSecrets().every((path) => path.includes('labelSelector=')));
    wanted.next(new Set(['fleet/dev']));
    await becomes('https://dev.example');
    assert.ok(!askedFor('metadata.name=other'));
  });

  it('are one where several say the same of one Secret', async () => {
    await put(secrets, aClusterApiSecret('dev', 'kubeconfig', 'https://dev.example'));
    await put(clusters, aGitopsCluster('dev', { capiClusterRef: { name: 'dev' } }));
    start();
    await becomes('https://dev.example');
    await eventually(() => assert.equal(newest?.clusters.get('fleet/dev')?.claims.length, 2));
    await becomes('https://dev.example');
  });

  it('of one name with different Secrets are refused, all named, until one is left', async () => {
    await put(secrets, aClusterApiSecret('dev', 'kubeconfig', 'https://one.example'));
    await put(secrets, aKubeconfigSecret('labelled', 'https://two.example', 'value', 'dev'));
    await put(clusters, aGitopsCluster('dev', { secretRef: { name: 'third' } }));
    start();
    await becomes(
      'refused: cluster fleet/dev is registered by Cluster API Secret fleet/dev-kubeconfig and by GitopsCluster fleet/dev ' +
        'and by Secret fleet/labelled, with different Secrets: remove all but one',
    );
    await remove(clusters, 'dev');
    await remove(secrets, 'labelled');
    await becomes('https://one.example');
  });

  it('need no GitopsClusters: where the kind is not served one line says so, and nothing is lost', async () => {
    await client.call(
      'DELETE',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gitopsclusters.gitops.weave.works',
    );
    await put(secrets, aClusterApiSecret('dev', 'kubeconfig', 'https://dev.example'));
    start();
    await becomes('https://dev.example');
    await becomes('not registered', 'other');
    assert.deepEqual(lines, ['info GitopsClusters are not served here; looked for again']);
  });

  it('that may not be read are not called missing, and what may be read counts', async () => {
    const rule = (apiGroup: string, resource: string) => ({
      apiGroups: [apiGroup],
      resources: [resource],
      verbs: ['get', 'list', 'watch'],
    });
    const rules = [{ ...rule('', 'secrets'), resourceNames: ['login'] }, rule('gitops.weave.works', 'gitopsclusters')];
    management.addToken('narrow', { user: 'leafwatch', rules });
    await put(secrets, aKubeconfigSecret('login', 'https://dev.example'));
    await put(clusters, aGitopsCluster('dev', { secretRef: { name: 'login' } }));
    await put(clusters, aGitopsCluster('prod', { secretRef: { name: 'another' } }));
    wanted.next(new Set(['fleet/dev', 'fleet/prod', 'fleet/other']));
    start(management.kubeconfig({ token: 'narrow' }));
    await becomes('https://dev.example');
    await becomes(
      /^unread: GitopsCluster fleet\/prod names Secret fleet\/another, which cannot be read: .*RBAC/,
      'prod',
    );
    await becomes(/^registrations cannot be read: secrets .*forbidden.*RBAC/, 'other');
    assert.equal(newest?.unreadIn('elsewhere'), undefined);
  });

  it('stay as they are while the management cluster is away, and others cannot be told then', async () => {
    await put(secrets, aClusterApiSecret('dev', 'kubeconfig', 'https://dev.example'));
    start();
    await becomes('https://dev.example');
    await becomes('not registered', 'other');
    await management.suspend();
    await becomes(/^registrations cannot be read: /, 'other');
    assert.equal(known(), 'https://dev.example');
    await management.resume();
    await becomes('not registered', 'other');
  });
});
