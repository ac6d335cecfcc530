import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PipelineStatus } from '../../src/model/pipeline-status.ts';
import { startFlux } from '../../src/sandbox/flux/start-flux.ts';
import { git } from '../../src/sandbox/git/git.ts';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, releaseAt, releasePath } from '../support/podinfo.ts';
import { startController, type Controller } from '../support/start-controller.ts';
import type { Cluster } from './support/connect-cluster.ts';
import { kubectl } from './support/kubectl.ts';
import { startControlPlane, type ControlPlane } from './support/start-control-plane.ts';
import { startGitea, type Gitea, type GiteaRepository } from './support/start-gitea.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const leaves = ['dev', 'prod'] as const;
const pipelines = '/apis/pipelines.weave.works/v1alpha1/namespaces/podinfo/pipelines';
const releases = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/podinfo/helmreleases';

interface PullRequest {
  readonly number: number;
  readonly merged: boolean;
  readonly mergeable: boolean;
  readonly title: string;
  readonly body: string;
  readonly head: { readonly ref: string };
}

describe('a promotion on real API servers and a real forge', () => {
  let controlPlane: ControlPlane<'management' | 'dev' | 'prod'>;
  let gitea: Gitea;
  let repository: GiteaRepository;
  let controller: Controller;
  let directory: string;
  let token: string;
  const leafTokens = new Map<string, string>();
  const flux: { readonly close: () => Promise<void> }[] = [];

  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await gitea.api(method, `/repos/${repository.owner}/${repository.name}${path}`, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answers ${answer.status}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  const pullRequests = async () => (await api('GET', '/pulls?state=all')) as readonly PullRequest[];
  const branches = async () =>
    ((await api('GET', '/branches')) as readonly { readonly name: string }[]).map(({ name }) => name).sort();
  const managed = (...args: string[]) => kubectl(controlPlane.clusters.management, args);
  const status = async () =>
    ((await controlPlane.clusters.management.expect('GET', `${pipelines}/podinfo`)) as { status: PipelineStatus })
      .status;

  /** Does what kubeconfigs-example/README.md says. */
  const register = async (name: string, leaf: Cluster) => {
    const { management } = controlPlane.clusters;
    await kubectl(leaf, ['apply', '-f', file('kubeconfigs-example/leaf-rbac.yaml')]);
    const leafToken = (await kubectl(leaf, ['-n', 'leafwatch', 'create', 'token', 'leafwatch'])).trim();
    leafTokens.set(name, leafToken);
    const values: Readonly<Record<string, string>> = {
      SERVER: leaf.url,
      CA: Buffer.from(leaf.ca).toString('base64'),
      TOKEN: leafToken,
    };
    const template = await readFile(file('kubeconfigs-example/kubeconfig.yaml'), 'utf8');
    const kubeconfig = join(directory, `${name}.kubeconfig`);
    await writeFile(
      kubeconfig,
      template.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => values[variable] ?? ''),
    );
    const secret = await managed(
      ...['-n', 'leafwatch-system', 'create', 'secret', 'generic', `${name}-kubeconfig`],
      ...[`--from-file=value=${kubeconfig}`, '--dry-run=client', '-o', 'yaml'],
    );
    const label = ['label', '--local', '-f', '-', `pipelines.weave.works/cluster=${name}`, '-o', 'yaml'];
    const labelled = await kubectl(management, label, { input: secret });
    await kubectl(management, ['apply', '--server-side', '-f', '-'], { input: labelled });
  };

  const prepareLeaf = async (name: string, leaf: Cluster) => {
    await kubectl(leaf, ['apply', '--server-side', '-f', file('src/sandbox/helmrelease-crd.yaml')]);
    await register(name, leaf);
    flux.push(
      startFlux({
        api: { url: leaf.url, ca: leaf.ca, token: leaf.adminToken },
        repository,
        path: `clusters/${name}`,
        interval: 200,
        pace: 1,
      }),
    );
  };

  const prepareManagement = async () => {
    await managed('apply', '-k', file('manifests'));
    await managed('wait', '--for=condition=Established', 'crd/pipelines.pipelines.weave.works');
    await managed('create', 'namespace', 'podinfo');
    await managed(
      ...['-n', 'podinfo', 'create', 'secret', 'generic', 'config-repository'],
      ...[`--from-literal=username=${gitea.user}`, `--from-literal=password=${gitea.password}`],
      `--from-literal=token=${gitea.token}`,
    );
    await managed('apply', '--server-side', '-f', file('manifests/pipeline-namespace.yaml'));
    token = (await managed('-n', 'leafwatch-system', 'create', 'token', 'leafwatch')).trim();
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leafwatch-promotion-'));
    [controlPlane, gitea] = await Promise.all([
      startControlPlane({ clusters: ['management', ...leaves] }),
      startGitea(),
    ]);
    repository = await gitea.createRepository('config', {
      ...releaseAt('dev', '6.1.4'),
      ...releaseAt('prod', '6.1.4'),
    });
    await prepareManagement();
    for (const name of leaves) await prepareLeaf(name, controlPlane.clusters[name]);
    const kubeconfig = join(directory, 'management.kubeconfig');
    const { management } = controlPlane.clusters;
    // Some tools write the server with a slash at its end.
    const text = management.kubeconfig(token).replace(management.url, `${management.url}/`);
    await writeFile(kubeconfig, text, { mode: 0o600 });
    controller = await startController([
      `--kubeconfig=${kubeconfig}`,
      `--cache-dir=${join(directory, 'cache')}`,
      '--pull-request-interval=1s',
    ]);
  });
  after(async () => {
    await controller.kill();
    await Promise.all(flux.map(({ close }) => close()));
    await Promise.all([controlPlane.close(), gitea.close()]);
    await rm(directory, { recursive: true, force: true });
  });

  it('is refused a Pipeline that says both strategies, or no environment', async () => {
    const { management } = controlPlane.clusters;
    const pipeline = podinfoPipeline({ type: 'gitea', url: repository.url });
    const refused = (spec: object) =>
      kubectl(management, ['apply', '-f', '-'], { input: JSON.stringify({ ...pipeline, spec }) });
    const both = { ...pipeline.spec.promotion.strategy, notification: {} };
    await assert.rejects(
      refused({ ...pipeline.spec, promotion: { strategy: both } }),
      /pull-request and notification are mutually exclusive/,
    );
    await assert.rejects(refused({ ...pipeline.spec, environments: [] }), /spec\.environments/);
  });

  it('may do what it must, and no more', async () => {
    const { management, dev } = controlPlane.clusters;
    const answer = async (cluster: Cluster, bearer: string | undefined, method: string, path: string) =>
      (await cluster.request(method, path, method === 'GET' ? undefined : {}, { token: bearer ?? '' })).status;
    const leaf = leafTokens.get('dev');
    const answers = {
      secrets: await answer(management, token, 'GET', '/api/v1/secrets'),
      secretsOfPipelines: await answer(management, token, 'GET', '/api/v1/namespaces/podinfo/secrets'),
      credentials: await answer(management, token, 'GET', '/api/v1/namespaces/podinfo/secrets/config-repository'),
      writePipelines: await answer(management, token, 'PUT', `${pipelines}/podinfo`),
      releasesInLeaf: await answer(dev, leaf, 'GET', '/apis/helm.toolkit.fluxcd.io/v2/helmreleases'),
      writeReleasesInLeaf: await answer(dev, leaf, 'PUT', `${releases}/podinfo`),
      secretsInLeaf: await answer(dev, leaf, 'GET', '/api/v1/secrets'),
    };
    assert.deepEqual(answers, {
      ...{ secrets: 403, secretsOfPipelines: 403, credentials: 200, writePipelines: 403 },
      ...{ releasesInLeaf: 200, writeReleasesInLeaf: 403, secretsInLeaf: 403 },
    });
  });

  it('is Ready with what runs in both clusters, and kubectl shows it', async () => {
    const input = JSON.stringify(podinfoPipeline({ type: 'gitea', url: repository.url, manual: true }));
    await kubectl(controlPlane.clusters.management, ['apply', '-f', '-'], { input });
    await managed('-n', 'podinfo', 'wait', '--for=condition=Ready', '--timeout=30s', 'pipeline/podinfo');
    await eventually(async () => {
      const { environments } = await status();
      assert.deepEqual([environments?.['dev']?.revision, environments?.['prod']?.revision], ['6.1.4', '6.1.4']);
    });
    assert.match(
      await managed('get', 'pipelines', '-A'),
      /^NAMESPACE +NAME +APP KIND +APP NAME +AGE +READY +ENVIRONMENTS *\npodinfo +podinfo +HelmRelease +podinfo +\w+ +True +dev 6\.1\.4 › prod 6\.1\.4 *\n$/,
    );
    assert.match(await managed('explain', 'pipeline.spec.promotion.soak'), /must have been healthy/);
  });

  it('waits for approval of what became healthy in dev, with no branch and no pull request', async () => {
    await api('POST', '/contents', {
      branch: 'main',
      message: 'feat(dev): podinfo 6.1.5',
      files: await Promise.all(
        Object.entries(releaseAt('dev', '6.1.5')).map(async ([path, content]) => ({
          operation: 'update',
          path,
          content: Buffer.from(content).toString('base64'),
          sha: (await git(repository.dir, ['rev-parse', `main:${path}`])).trim(),
        })),
      ),
    });
    const waiting = '--for=jsonpath={.status.environments.prod.waitingApproval.revision}=6.1.5';
    await managed('-n', 'podinfo', 'wait', waiting, '--timeout=30s', 'pipeline/podinfo');
    assert.deepEqual([await branches(), await pullRequests()], [['main'], []]);
  });

  it('opens one pull request that changes one line, once a person approves', async () => {
    const approval = 'pipelines.weave.works/approve.prod=6.1.5';
    await managed('-n', 'podinfo', 'annotate', 'pipeline', 'podinfo', approval);
    const open = '--for=jsonpath={.status.environments.prod.promotion.state}=Open';
    await managed('-n', 'podinfo', 'wait', open, '--timeout=30s', 'pipeline/podinfo');
    const [pullRequest, ...others] = await pullRequests();
    assert.ok(pullRequest);
    assert.deepEqual(others, []);
    assert.equal(pullRequest.title, 'Promote podinfo/podinfo in prod to 6.1.5');
    assert.match(pullRequest.body, /^podinfo\/podinfo\/prod$/m);
    assert.deepEqual(await branches(), ['main', pullRequest.head.ref]);
    const diff = await git(repository.dir, ['diff', '--numstat', `main...${pullRequest.head.ref}`]);
    assert.equal(diff, `1\t1\t${releasePath('prod')}\n`);
  });

  it('takes the approval off once it has been used, and keeps it in the status', async () => {
    const annotations = ['get', 'pipeline', 'podinfo', '-o', 'jsonpath={.metadata.annotations}'];
    await eventually(async () => assert.doesNotMatch(await managed('-n', 'podinfo', ...annotations), /approve\.prod/));
    const { environments, summary } = await status();
    assert.ok(environments?.['prod']?.promotion?.approval?.at);
    assert.equal(summary, 'dev 6.1.5 › prod 6.1.4 ⏳ review');
    await managed('-n', 'podinfo', 'wait', '--for=condition=Ready', '--timeout=30s', 'pipeline/podinfo');
  });

  it('names an approval for an environment that there is not, until it is taken back', async () => {
    const annotate = ['annotate', 'pipeline', 'podinfo'];
    await managed('-n', 'podinfo', ...annotate, 'pipelines.weave.works/approve.prd=6.1.5');
    const ignored = ['wait', '--for=condition=AnnotationIgnored', '--timeout=30s', 'pipeline/podinfo'];
    await managed('-n', 'podinfo', ...ignored);
    await managed('-n', 'podinfo', ...annotate, 'pipelines.weave.works/approve.prd-');
    await eventually(async () =>
      assert.ok((await status()).conditions?.every(({ type }) => type !== 'AnnotationIgnored')),
    );
  });

  it('has succeeded when the merge has reached prod, and leaves nothing behind', async () => {
    const [pullRequest] = await pullRequests();
    assert.ok(pullRequest);
    const path = `/pulls/${pullRequest.number}`;
    await eventually(async () => assert.ok(((await api('GET', path)) as PullRequest).mergeable));
    await api('POST', `${path}/merge`, { Do: 'merge', delete_branch_after_merge: true });
    const succeeded = '--for=jsonpath={.status.environments.prod.promotion.state}=Succeeded';
    await managed('-n', 'podinfo', 'wait', succeeded, '--timeout=60s', 'pipeline/podinfo');
    const { environments, conditions } = await status();
    assert.equal(environments?.['prod']?.revision, '6.1.5');
    assert.equal(environments['prod'].promotion?.pullRequest?.state, 'merged');
    assert.deepEqual(
      conditions?.map(({ type, status: value }) => `${type}=${value}`),
      ['Ready=True'],
    );
    const release = (await controlPlane.clusters.prod.expect('GET', `${releases}/podinfo`)) as {
      status: { history: readonly { chartVersion: string; status: string }[] };
    };
    assert.equal(release.status.history.find((entry) => entry.status === 'deployed')?.chartVersion, '6.1.5');
    assert.deepEqual([await branches(), (await pullRequests()).length], [['main'], 1]);
    assert.match(
      await git(repository.dir, ['show', `main:${releasePath('prod')}`]),
      /version: 6\.1\.5 # \{"\$promotion": "podinfo:podinfo:prod"\}\n/,
    );
  });

  it('tells of each step in Events', async () => {
    const events = await managed('-n', 'podinfo', 'get', 'events', '-o', 'jsonpath={.items[*].reason}');
    for (const reason of [
      'ApprovalRequired',
      'PromotionOpening',
      'PromotionOpen',
      'PromotionSucceeded',
      'RequestObsolete',
    ])
      assert.ok(events.split(' ').includes(reason), `${reason} is not among ${events}`);
  });

  it('logs no error, and ends on SIGTERM with its Lease released', async () => {
    // A server that has just been given a CRD answers 429 while it makes its storage, and is asked again.
    const troubles = controller.lines.filter(
      ({ level, reason }) =>
        level !== 'info' && level !== 'debug' && reason !== 'Throttled' && reason !== 'AnnotationIgnored',
    );
    assert.deepEqual(troubles, []);
    const asked = Date.now();
    assert.equal(await controller.stop(), 0, controller.output());
    assert.ok(Date.now() - asked < 5000, `took ${Date.now() - asked} ms: ${controller.output()}`);
    const holder = ['get', 'lease', 'leafwatch', '-o', 'jsonpath={.spec.holderIdentity}'];
    assert.equal(await managed('-n', 'leafwatch-system', ...holder), '');
  });
});
