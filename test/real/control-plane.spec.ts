import assert from 'node:assert/strict';
import { kubectl } from './support/kubectl.ts';
import { startControlPlane, type ControlPlane } from './support/start-control-plane.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

describe('the real control plane', () => {
  let controlPlane: ControlPlane<'management' | 'dev' | 'prod'>;
  before(async () => {
    controlPlane = await startControlPlane({ clusters: ['management', 'dev', 'prod'] });
  });
  after(() => controlPlane.close());

  it('is Kubernetes 1.35', async () => {
    const { body } = await controlPlane.clusters.dev.request('GET', '/version');
    assert.match((body as { gitVersion: string }).gitVersion, /^v1\.35\./);
  });

  it('keeps the clusters apart in one etcd', async () => {
    const { management, dev } = controlPlane.clusters;
    await dev.expect('POST', configMaps, { metadata: { name: 'only-in-dev' } });
    assert.equal((await management.request('GET', `${configMaps}/only-in-dev`)).status, 404);
  });

  it('refuses a token without rights, an unknown token, and a token of another cluster', async () => {
    const { dev, prod } = controlPlane.clusters;
    const token = await dev.serviceAccountToken('flux-system', 'nobody');
    assert.equal((await dev.request('GET', configMaps, undefined, { token })).status, 403);
    assert.equal((await dev.request('GET', configMaps, undefined, { token: 'no-such-token' })).status, 401);
    assert.equal((await prod.request('GET', configMaps, undefined, { token })).status, 401);
  });

  it('gives a service account what a role binding gives it, and nothing more', async () => {
    const { dev } = controlPlane.clusters;
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const token = await dev.serviceAccountToken('flux-system', 'reader');
    await dev.expect('POST', `${rbac}/clusterroles`, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    });
    await dev.expect('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'flux-system', name: 'reader' }],
    });
    assert.equal((await dev.request('GET', configMaps, undefined, { token })).status, 200);
    assert.equal((await dev.request('GET', '/api/v1/namespaces/default/secrets', undefined, { token })).status, 403);
    assert.equal((await dev.request('POST', configMaps, { metadata: { name: 'refused' } }, { token })).status, 403);
  });

  it('takes kubectl in the name of anybody', async () => {
    const { prod } = controlPlane.clusters;
    const input = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: by-kubectl, namespace: default }\n';
    await kubectl(prod, ['apply', '--server-side', '-f', '-'], { input });
    assert.match(await kubectl(prod, ['get', 'configmaps', '-o', 'name']), /^configmap\/by-kubectl$/m);
    const token = await prod.serviceAccountToken('flux-system', 'nobody');
    await assert.rejects(kubectl(prod, ['get', 'configmaps'], { token }), /Forbidden/);
  });

  it('comes back from a crash at the same address with the same objects and tokens', async () => {
    const { prod, dev } = controlPlane.clusters;
    const token = await prod.serviceAccountToken('default', 'survivor');
    await prod.expect('POST', configMaps, { metadata: { name: 'survivor' } });
    await prod.kill();
    await assert.rejects(prod.request('GET', configMaps), /ECONNREFUSED/);
    assert.equal((await dev.request('GET', configMaps)).status, 200);
    await prod.restart();
    assert.equal((await prod.request('GET', `${configMaps}/survivor`)).status, 200);
    assert.equal((await prod.request('GET', configMaps, undefined, { token })).status, 403);
  });
});
