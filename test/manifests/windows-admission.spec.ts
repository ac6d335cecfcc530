import assert from 'node:assert/strict';
import { pipelineCrd } from '../../scripts/generate/crd.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';

const path = '/apis/pipelines.weave.works/v1alpha1/namespaces/default/pipelines/podinfo';

const pipelineWith = (window: object) => ({
  apiVersion: 'pipelines.weave.works/v1alpha1',
  kind: 'Pipeline',
  metadata: { name: 'podinfo', namespace: 'default' },
  spec: {
    appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
    environments: [{ name: 'dev', targets: [{ namespace: 'podinfo' }] }],
    promotion: { windows: [{ kind: 'Allow', schedule: '0 9 * * 1-5', duration: '8h', ...window }] },
  },
});

describe('a promotion window that is applied', () => {
  let server: ApiServer;
  let client: KubeClient;
  before(async () => {
    server = await startApiServer({ crds: [pipelineCrd()] });
    client = createKubeClient(server);
  });
  after(async () => {
    client.close();
    await server.close();
  });
  const apply = (window: object) => client.apply(path, pipelineWith(window), 'tester');

  const nicknames = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
  for (const schedule of [...nicknames, '*/5 9-17 1,15 jan mon-fri', ' 0\t9  * * ? '])
    it(`is admitted with schedule ${JSON.stringify(schedule)}`, () => apply({ schedule }));

  for (const schedule of [
    '0 0 9 * * 1-5',
    '0 9 * *',
    '9:00',
    '@reboot',
    '@every 5m',
    'TZ=UTC 0 9 * * *',
    '@daily 0 9 * *',
  ])
    it(`is refused with schedule ${JSON.stringify(schedule)}, and told what to write`, async () => {
      await assert.rejects(
        apply({ schedule }),
        /windows\[0\]\.schedule: .*a schedule has five fields \(minute, hour, /,
      );
    });

  for (const duration of ['8 hours', '1d', '-1h', ''])
    it(`is refused with duration ${JSON.stringify(duration)}`, async () => {
      await assert.rejects(apply({ duration }), /windows\[0\]\.duration: /);
    });

  it('is refused with another kind', async () => {
    await assert.rejects(apply({ kind: 'allow' }), /windows\[0\]\.kind: Unsupported value: /);
  });
});
