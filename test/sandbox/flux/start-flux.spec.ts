import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { startApiServer, type ApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { startConfigRepository, type ConfigRepository } from '../../../src/sandbox/config-repository.ts';
import { startFlux } from '../../../src/sandbox/flux/start-flux.ts';
import type { HelmRelease } from '../../../src/sandbox/flux/helm-release.ts';
import { createKubeClient, type KubeClient } from '../../../src/sandbox/kube-client.ts';
import { eventually } from '../../support/eventually.ts';

const crd = parse(
  readFileSync(new URL('../../../src/sandbox/helmrelease-crd.yaml', import.meta.url), 'utf8'),
) as object;

const release = (version: string) => `apiVersion: v1
kind: Namespace
metadata: { name: podinfo }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: podinfo, namespace: podinfo }
spec:
  interval: 10m
  chart: { spec: { chart: podinfo, version: ${version}, sourceRef: { kind: HelmRepository, name: podinfo, namespace: flux-system } } }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: podinfo, namespace: podinfo }
`;

const path = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/podinfo/helmreleases/podinfo';

describe('startFlux', () => {
  let api: ApiServer;
  let repository: ConfigRepository;
  let client: KubeClient;
  let flux: ReturnType<typeof startFlux>;

  before(async () => {
    api = await startApiServer({ crds: [crd] });
    repository = await startConfigRepository({
      files: { 'clusters/dev/podinfo.yaml': release('6.0.0'), 'clusters/prod/x.yaml': release('5.0.0') },
    });
    client = createKubeClient(api);
    flux = startFlux({
      api,
      repository,
      path: 'clusters/dev',
      interval: 20,
      pace: 0.05,
      outcomes: { '6.0.2': 'render-failure', '6.0.4': 'apply-failure' },
    });
  });
  after(async () => {
    await flux.close();
    client.close();
    await repository.close();
    await api.close();
  });

  const deliver = (version: string) =>
    repository.commit({ 'clusters/dev/podinfo.yaml': release(version) }, `feat: ${version}`);
  const reaches = (check: (release: HelmRelease) => void) =>
    eventually(async () => check((await client.call('GET', path)) as HelmRelease));
  const summary = ({ metadata, status }: HelmRelease) => ({
    observed: status?.observedGeneration === metadata.generation,
    ready: status?.conditions?.find(({ type }) => type === 'Ready')?.reason,
    deployed: status?.history?.find((entry) => entry.status === 'deployed')?.chartVersion,
    attempted: status?.lastAttemptedRevision,
  });

  it("applies what lies in the cluster's folder and installs it", async () => {
    await reaches((one) =>
      assert.deepEqual(summary(one), {
        observed: true,
        ready: 'InstallSucceeded',
        deployed: '6.0.0',
        attempted: '6.0.0',
      }),
    );
    const { metadata } = (await client.call('GET', path)) as {
      metadata: { managedFields: { manager: string; subresource?: string }[] };
    };
    assert.deepEqual(
      metadata.managedFields.map(({ manager, subresource }) => `${manager} ${subresource ?? ''}`.trim()).sort(),
      ['helm-controller', 'helm-controller status', 'kustomize-controller'],
    );
  });

  it('upgrades when the branch moves', async () => {
    await deliver('6.0.1');
    await reaches((one) =>
      assert.deepEqual(summary(one), {
        observed: true,
        ready: 'UpgradeSucceeded',
        deployed: '6.0.1',
        attempted: '6.0.1',
      }),
    );
  });

  it('goes on trying a chart that does not render, and lets a newer one end it', async () => {
    await deliver('6.0.2');
    await reaches((one) => {
      assert.deepEqual(
        { ...summary(one) },
        { observed: false, ready: 'UpgradeFailed', deployed: '6.0.1', attempted: '6.0.2' },
      );
      assert.equal(one.status?.failures, 2);
    });
    await deliver('6.0.3');
    await reaches((one) =>
      assert.deepEqual(summary(one), {
        observed: true,
        ready: 'UpgradeSucceeded',
        deployed: '6.0.3',
        attempted: '6.0.3',
      }),
    );
    await reaches((one) => assert.equal(one.status?.failures, undefined));
  });

  it('stalls on a chart that the cluster refuses', async () => {
    await deliver('6.0.4');
    await reaches((one) =>
      assert.deepEqual(summary(one), { observed: true, ready: 'UpgradeFailed', deployed: '6.0.3', attempted: '6.0.4' }),
    );
  });

  it('goes on after its watch was cut', async () => {
    api.cutWatches();
    await deliver('6.0.6');
    await reaches((one) => assert.equal(summary(one).deployed, '6.0.6'));
  });

  it('deletes what has left the folder', async () => {
    await repository.commit({ 'clusters/dev/podinfo.yaml': null }, 'feat: no podinfo');
    await eventually(async () => assert.equal(await client.call('GET', path), undefined));
  });
});
