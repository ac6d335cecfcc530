import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PipelineStatus } from '../../src/model/pipeline-status.ts';
import { git } from '../../src/sandbox/git/git.ts';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, releaseAt, releasePath, targetIn } from '../support/podinfo.ts';
import { recordedWebhooks } from '../support/recorded-webhooks.ts';
import { startController, type Controller } from '../support/start-controller.ts';
import { kubectl } from './support/kubectl.ts';
import { startControlPlane, type ControlPlane } from './support/start-control-plane.ts';
import { startGitea, type Gitea, type GiteaRepository } from './support/start-gitea.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const pipelines = '/apis/pipelines.weave.works/v1alpha1/namespaces/podinfo/pipelines';
const key = 'a-key-of-webhooks';
const second = 1_000;

interface PullRequest {
  readonly number: number;
  readonly mergeable: boolean;
  readonly head: { readonly ref: string };
}

/** The bytes of a recorded post, about podinfo in its own namespace, at this version and time. */
const bodyLike = (recording: string, recordedVersion: string, version: string, at: number): string =>
  recordedWebhooks
    .find((recorded) => recorded.file === recording)!
    .body.toString()
    .replaceAll('"namespace":"hooks"', '"namespace":"podinfo"')
    .replaceAll(recordedVersion, version)
    .replace(/"timestamp":"[^"]+"/, `"timestamp":"${new Date(at).toISOString().replace(/\.\d+/, '')}"`);
const succeededAt = (version: string, at: number) => bodyLike('02-upgrade-succeeded.1.http', '6.0.1', version, at);
const failedAt = (version: string, at: number) => bodyLike('04-upgrade-apply-failed.1.http', '6.0.4', version, at);

describe('a Pipeline that lives on webhooks alone, on a real API server and a real forge', () => {
  let controlPlane: ControlPlane<'management'>;
  let gitea: Gitea;
  let repository: GiteaRepository;
  let controller: Controller;
  let directory: string;
  let flags: readonly string[];
  let begin: number;

  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await gitea.api(method, `/repos/${repository.owner}/${repository.name}${path}`, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answers ${answer.status}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  const pullRequests = async () => (await api('GET', '/pulls?state=all')) as readonly PullRequest[];
  const managed = (...args: string[]) => kubectl(controlPlane.clusters.management, args);
  const status = async () =>
    ((await controlPlane.clusters.management.expect('GET', `${pipelines}/podinfo`)) as { status: PipelineStatus })
      .status;
  const become = (environment: string, field: string, value: string) =>
    managed(
      ...['-n', 'podinfo', 'wait', '--timeout=60s', 'pipeline/podinfo'],
      `--for=jsonpath={.status.environments.${environment}.${field}}=${value}`,
    );
  const webhookUrl = () =>
    eventually(() => {
      const url = controller.lines.find(({ msg }) => msg === 'webhooks are heard')?.['webhook'];
      assert.ok(typeof url === 'string');
      return url;
    });
  const post = async (environment: string, body: string, by = key): Promise<number> => {
    const headers = {
      'content-type': 'application/json',
      'gotk-component': 'helm-controller',
      'x-signature': `sha256=${createHmac('sha256', by).update(body).digest('hex')}`,
    };
    const url = `${await webhookUrl()}/promotion/podinfo/podinfo/${environment}`;
    return (await fetch(url, { method: 'POST', body, headers })).status;
  };
  /** Posts until it is heard: the key is read once the Pipeline is seen. */
  const tell = (environment: string, body: string) =>
    eventually(async () => assert.equal(await post(environment, body), 202));

  const prepare = async () => {
    await managed('apply', '-k', file('manifests'));
    await managed('wait', '--for=condition=Established', 'crd/pipelines.pipelines.weave.works');
    await managed('create', 'namespace', 'podinfo');
    await managed(
      ...['-n', 'podinfo', 'create', 'secret', 'generic', 'config-repository'],
      ...[`--from-literal=username=${gitea.user}`, `--from-literal=password=${gitea.password}`],
      `--from-literal=token=${gitea.token}`,
      `--from-literal=hmac-key=${key}`,
    );
    await managed('apply', '--server-side', '-f', file('manifests/pipeline-namespace.yaml'));
    const { spec, ...pipeline } = podinfoPipeline({ type: 'gitea', url: repository.url });
    const environments = ['dev', 'prod'].map((name) => ({ name, targets: [targetIn(`nobody-gets-into-${name}`)] }));
    const strategy = { ...spec.promotion.strategy, secretRef: { name: 'config-repository' } };
    const input = JSON.stringify({ ...pipeline, spec: { ...spec, environments, promotion: { strategy } } });
    await kubectl(controlPlane.clusters.management, ['apply', '-f', '-'], { input });
  };

  before(async () => {
    begin = Date.now() - 60 * second;
    directory = await mkdtemp(join(tmpdir(), 'leafwatch-webhooks-'));
    [controlPlane, gitea] = await Promise.all([startControlPlane({ clusters: ['management'] }), startGitea()]);
    const files = { ...releaseAt('dev', '6.1.5'), ...releaseAt('prod', '6.1.4') };
    repository = await gitea.createRepository('config', files);
    await prepare();
    const token = (await managed('-n', 'leafwatch-system', 'create', 'token', 'leafwatch')).trim();
    const kubeconfig = join(directory, 'management.kubeconfig');
    await writeFile(kubeconfig, controlPlane.clusters.management.kubeconfig(token), { mode: 0o600 });
    flags = [
      `--kubeconfig=${kubeconfig}`,
      `--cache-dir=${join(directory, 'cache')}`,
      '--webhook-addr=127.0.0.1:0',
      '--pull-request-interval=1s',
    ];
    controller = await startController(flags);
  });
  after(async () => {
    await controller.kill();
    await Promise.all([controlPlane.close(), gitea.close()]);
    await rm(directory, { recursive: true, force: true });
  });

  it('knows what each environment runs from what was signed for it, once that is in the status', async () => {
    await tell('prod', succeededAt('6.1.4', begin));
    const { environments } = await status();
    const [evidence] = Object.values(environments?.['prod']?.evidence ?? {});
    assert.deepEqual([evidence?.revision, evidence?.succeeded], ['6.1.4', true]);
    await become('prod', 'targets[0].detectedBy', 'Webhook');
    assert.deepEqual(await pullRequests(), []);
  });

  it('takes no failure, no other key and no other environment for a reason to promote', async () => {
    await tell('dev', failedAt('6.1.5', begin + second));
    assert.equal(await post('dev', succeededAt('6.1.5', begin + 2 * second), 'another key'), 401);
    assert.equal(await post('staging', succeededAt('6.1.5', begin + 2 * second)), 401);
    await become('dev', 'targets[0].ready', 'false');
    assert.deepEqual(await pullRequests(), []);
  });

  it('opens the one pull request when dev has succeeded', async () => {
    await tell('dev', succeededAt('6.1.5', begin + 3 * second));
    await become('prod', 'promotion.state', 'Open');
    const [pullRequest, ...others] = await pullRequests();
    assert.deepEqual([pullRequest?.head.ref, others], ['promotions/podinfo/podinfo/prod/6.1.5', []]);
  });

  it('knows all that, and opens nothing again, after it was killed and is told everything anew', async () => {
    const { environments: before } = await status();
    await controller.kill();
    // The Lease of what was killed would be waited for.
    controller = await startController([...flags, '--enable-leader-election=false']);
    for (const [environment, body] of [
      ['dev', succeededAt('6.1.5', begin + 3 * second)],
      ['prod', succeededAt('6.1.4', begin)],
      ['dev', failedAt('6.1.5', begin + second)],
    ] as const)
      await tell(environment, body);
    const { environments } = await status();
    for (const name of ['dev', 'prod'])
      assert.deepEqual(environments?.[name]?.evidence, before?.[name]?.evidence, name);
    assert.equal((await pullRequests()).length, 1);
  });

  it('has succeeded when it is merged and prod has told so', async () => {
    const [pullRequest] = await pullRequests();
    const path = `/pulls/${pullRequest?.number}`;
    await eventually(async () => assert.ok(((await api('GET', path)) as PullRequest).mergeable));
    await api('POST', `${path}/merge`, { Do: 'merge' });
    await become('prod', 'promotion.state', 'Merged');
    assert.match(await git(repository.dir, ['show', `main:${releasePath('prod')}`]), /version: 6\.1\.5 #/);
    await tell('prod', succeededAt('6.1.5', begin + 10 * second));
    await become('prod', 'promotion.state', 'Succeeded');
    const { environments, summary } = await status();
    assert.equal(environments?.['prod']?.revision, '6.1.5');
    assert.equal(summary, 'dev 6.1.5 › prod 6.1.5');
    assert.equal((await pullRequests()).length, 1);
  });

  it('tells the log of what it refused, and shows no key, signature or body', () => {
    const refused = controller.output();
    assert.ok(!refused.includes(key) && !/sha256=[0-9a-f]{64}|involvedObject|Last Helm logs/.test(refused));
  });
});
