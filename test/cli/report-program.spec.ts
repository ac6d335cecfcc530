import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatTime } from '../../src/model/time.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient } from '../../src/sandbox/kube-client.ts';
import { aPipeline } from '../support/builders.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import { builtProgram } from '../support/start-controller.ts';
import { startTlsFront, type TlsFront } from '../support/tls-front.ts';

describe('leafwatch report --prometheus, as a program', () => {
  let management: ApiServer;
  let prometheus: ScriptedServer;
  let front: TlsFront;
  let folder: string;
  let program: string;

  before(async () => {
    program = await builtProgram();
    const crd = parse(await readFile(new URL('../../manifests/crd.yaml', import.meta.url), 'utf8')) as object;
    management = await startApiServer({ name: 'management', crds: [crd] });
    folder = await mkdtemp(join(tmpdir(), 'leafwatch-report-'));
    await writeFile(join(folder, 'kubeconfig'), management.kubeconfig());
    const client = createKubeClient(management);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } };
    await client.apply('/api/v1/namespaces/apps', namespace, 'tester');
    const { spec } = aPipeline();
    const metadata = { name: 'podinfo', namespace: 'apps' };
    const path = '/apis/pipelines.weave.works/v1alpha1/namespaces/apps/pipelines/podinfo';
    await client.apply(
      path,
      { apiVersion: 'pipelines.weave.works/v1alpha1', kind: 'Pipeline', metadata, spec },
      'tester',
    );
    const at = formatTime(Date.now());
    const deployments = Array.from({ length: 10 }, (_, index) => ({
      ...{ number: 10 - index, revision: `6.1.${10 - index}`, startedAt: at, finishedAt: at },
    }));
    await client.patch(`${path}/status`, { status: { environments: { dev: { deployments } } } }, 'leafwatch');
    client.close();
  });
  beforeEach(async () => {
    const result = [{ metric: {}, value: [1, String(Date.now() / 1000)] }];
    const body = JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
    prometheus = await startScriptedServer((response) => void response.end(body));
    front = await startTlsFront(prometheus.url);
    await writeFile(join(folder, 'ca.pem'), front.ca);
  });
  afterEach(async () => {
    front.close();
    await prometheus.close();
  });
  after(() => Promise.all([management.close(), rm(folder, { recursive: true })]));

  const report = (env: NodeJS.ProcessEnv) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const args = ['report', '-n', 'apps', `--kubeconfig=${join(folder, 'kubeconfig')}`];
      const asked = [program, ...args, `--prometheus=${front.urlAt('localhost')}`];
      execFile(process.execPath, asked, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });

  it('trusts the authority that NODE_EXTRA_CA_CERTS names', async () => {
    const { code, stdout } = await report({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
    assert.deepEqual([code, prometheus.requests.length], [0, 1]);
    assert.match(stdout, /^apps +podinfo +dev +\d+ /m);
  });

  it('prints the figures of the status, says why not those of the metrics, and ends with 1', async () => {
    const { code, stdout, stderr } = await report({});
    assert.deepEqual([code, prometheus.requests.length], [1, 0]);
    assert.match(stdout, /^apps +podinfo +dev +\d+ /m);
    assert.match(
      stderr,
      /^leafwatch: the figures are those of the status alone: localhost:\d+: self-signed certificate(;|$)/m,
    );
  });
});
