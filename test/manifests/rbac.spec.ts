import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../src/clock.ts';
import { ApiError } from '../../src/kube/call/api-call.ts';
import { connect } from '../../src/kube/wire/connection.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import { createLeaseStore } from '../../src/kube/lease/lease-store.ts';
import { createObjects, type Objects } from '../../src/kube/call/objects.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { gitopsClusterCrd } from '../support/registrations.ts';

const documents = (text: string): readonly KubernetesObject[] =>
  parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);

const documentsOf = async (path: string): Promise<readonly KubernetesObject[]> =>
  documents(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'));

const kubeConfigOf = (text: string): KubeConfig => {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(text);
  return kubeConfig;
};

const forbidden = (error: unknown): boolean => error instanceof ApiError && error.code === 403;

const pipeline = documents(`
apiVersion: pipelines.weave.works/v1alpha1
kind: Pipeline
metadata: { name: podinfo, namespace: podinfo, annotations: { pipelines.weave.works/approve.prod: 6.1.5 } }
spec:
  appRef: { apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, name: podinfo }
  environments: [{ name: dev, targets: [{ namespace: podinfo }] }]
`);

const byName = documents(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: leafwatch-leaf, namespace: podinfo }
rules: [{ apiGroups: [''], resources: [secrets], resourceNames: [leaf], verbs: [get, list, watch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: leafwatch-leaf, namespace: podinfo }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: leafwatch-leaf }
subjects: [{ kind: ServiceAccount, name: leafwatch, namespace: leafwatch-system }]
`);

describe('the permissions in manifests/', () => {
  let server: ApiServer;
  let admin: KubernetesObjectApi;
  let kubeConfig: KubeConfig;
  let objects: Objects;

  const create = async (resources: readonly object[]) => {
    for (const resource of resources) await admin.create(resource);
  };
  const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const secret = (name: string, inNamespace: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: inNamespace },
    data: { token: 'aGVsbG8=' },
  });

  before(async () => {
    server = await startApiServer({ crds: [...(await documentsOf('manifests/crd.yaml')), gitopsClusterCrd] });
    server.addToken('leafwatch-token', { user: 'system:serviceaccount:leafwatch-system:leafwatch' });
    admin = KubernetesObjectApi.makeApiClient(kubeConfigOf(server.kubeconfig()));
    await create([namespace('leafwatch-system'), namespace('podinfo'), ...(await documentsOf('manifests/rbac.yaml'))]);
    await create([secret('dev-kubeconfig', 'leafwatch-system'), secret('config-repository', 'podinfo')]);
    await create([secret('other', 'podinfo'), ...pipeline]);
    kubeConfig = kubeConfigOf(server.kubeconfig({ token: 'leafwatch-token' }));
    objects = createObjects({ kubeConfig, clock: systemClock });
  });
  after(() => server.close());

  it('suffice to read a Pipeline, write its status and tell Events, twice', async () => {
    const read = await objects.getPipeline('podinfo/podinfo');
    const { uid, resourceVersion } = read!.metadata;
    const status = { observedGeneration: 1 };
    const written = await objects.applyPipelineStatus({ pipeline: 'podinfo/podinfo', resourceVersion, status });
    assert.notEqual(written, 'conflict');
    const announcement = { type: 'Normal', reason: 'Promoted', message: 'dev to staging' } as const;
    await objects.createEvent('podinfo/podinfo', uid, announcement);
    await objects.createEvent('podinfo/podinfo', uid, announcement);
  });

  it('suffice to take an annotation off a Pipeline', async () => {
    const annotation = 'pipelines.weave.works/approve.prod';
    const { uid } = (await objects.getPipeline('podinfo/podinfo'))!.metadata;
    const removal = { pipeline: 'podinfo/podinfo', uid, annotation, value: '6.1.5' } as const;
    const removed = await objects.removeAnnotation(removal);
    assert.deepEqual(removed.seen?.metadata.annotations, {});
  });

  it('suffice to hold the Lease in its own namespace, and no other', async () => {
    const deps = { kubeConfig, clock: systemClock, namespace: 'leafwatch-system', name: 'leafwatch' };
    const record = {
      holder: 'a',
      durationSeconds: 15,
      acquiredAt: 0,
      renewedAt: 0,
      transitions: 0,
      version: undefined,
    };
    const store = createLeaseStore(deps);
    const written = await store.write(record);
    assert.equal((await store.write({ ...written, transitions: 1 })).transitions, 1);
    await assert.rejects(createLeaseStore({ ...deps, name: 'other' }).read(), forbidden);
    await assert.rejects(createLeaseStore({ ...deps, namespace: 'podinfo' }).write(record), forbidden);
  });

  it('do not let it read a Secret elsewhere until it is granted, and then only that one', async () => {
    assert.deepEqual(await objects.readSecret('leafwatch-system', 'dev-kubeconfig'), { token: Buffer.from('hello') });
    await assert.rejects(objects.readSecret('podinfo', 'config-repository'), forbidden);
    await create(await documentsOf('manifests/pipeline-namespace.yaml'));
    assert.deepEqual(await objects.readSecret('podinfo', 'config-repository'), { token: Buffer.from('hello') });
    await assert.rejects(objects.readSecret('podinfo', 'other'), forbidden);
  });

  const statusOf = async (path: string): Promise<number | undefined> => {
    const connection = connect(
      parseKubeconfig(server.kubeconfig({ token: 'leafwatch-token' }), { insecureTls: false, http: false }),
    );
    const { status } = await connection.request(path, { signal: new AbortController().signal });
    connection.close();
    return status;
  };

  it('let it read GitopsClusters everywhere, and Secrets as a whole in its own namespace alone', async () => {
    assert.equal(await statusOf('/apis/gitops.weave.works/v1alpha1/gitopsclusters'), 200);
    assert.equal(await statusOf('/api/v1/namespaces/leafwatch-system/secrets'), 200);
    assert.equal(await statusOf('/api/v1/namespaces/podinfo/secrets'), 403);
    assert.equal(await statusOf('/api/v1/secrets'), 403);
  });

  it('need a Role with the name alone for a Secret that a GitopsCluster names', async () => {
    const named = '/api/v1/namespaces/podinfo/secrets?fieldSelector=metadata.name%3Dleaf';
    assert.equal(await statusOf(named), 403);
    await create(byName);
    assert.equal(await statusOf(named), 200);
    assert.equal(await statusOf('/api/v1/namespaces/podinfo/secrets?fieldSelector=metadata.name%3Dother'), 403);
  });

  it('do not let it change a Pipeline', async () => {
    const leafwatch = KubernetesObjectApi.makeApiClient(kubeConfig);
    await assert.rejects(leafwatch.delete(pipeline[0]!), /forbidden/);
  });
});
