import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, releaseAt, targetIn } from '../support/podinfo.ts';
import { builtProgram } from '../support/start-controller.ts';
import { runInProcess, type InProcess } from './support/run-in-process.ts';
import { startSurroundings, type Surroundings } from './support/start-surroundings.ts';

/** An older definition than ours, say: an environment may be without targets. */
const withoutMinimum = (definition: string): string => definition.replaceAll('minItems: 1', 'minItems: 0');

const kubeconfig = (user: object): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });

describe('bad input', () => {
  let surroundings: Surroundings;
  let controller: InProcess;

  const conditions = async (name: string) => (await surroundings.pipeline(name)).status?.conditions ?? [];
  const says = (name: string, type: string, expected: readonly [status: string, reason: string, message: RegExp]) =>
    eventually(async () => {
      const [status, reason, message] = expected;
      const told = (await conditions(name)).find((condition) => condition.type === type);
      assert.deepEqual([told?.status, told?.reason], [status, reason], JSON.stringify(told));
      assert.match(told?.message ?? '', message);
    });
  const hasEvent = (name: string, expected: RegExp) =>
    eventually(async () => {
      const events = await surroundings.events(name);
      assert.ok(
        events.some((event) => expected.test(event)),
        events.join('\n'),
      );
    });
  const apply = (name: string, clusters: readonly string[] = ['dev', 'prod']) =>
    surroundings.apply(podinfoPipeline({ type: 'github', url: surroundings.forge.url, name, clusters }));
  const environment = async (name: string) => (await surroundings.pipeline(name)).status?.environments?.['prod'];

  before(async () => {
    surroundings = await startSurroundings({ pipelineDefinition: withoutMinimum });
    await surroundings.register(
      'down',
      surroundings.leaves.dev.api.kubeconfig().replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'),
    );
    await apply('halfway', ['dev', 'down']);
    await apply('podinfo');
    controller = runInProcess(surroundings, [
      ...['--pull-request-interval=200ms', '--min-retry-delay=100ms', '--max-retry-delay=1500ms'],
    ]);
  });
  after(async () => {
    await controller.stop();
    await surroundings.close();
  });
  afterEach('harms no other Pipeline', () => says('podinfo', 'Ready', ['True', 'ReconciliationSucceeded', /./]));

  it('of a Pipeline that slipped through the schema: Stalled, with the path and the reason', async () => {
    const { spec, ...pipeline } = podinfoPipeline({ type: 'github', url: surroundings.forge.url, name: 'slipped' });
    const environments = [
      { name: 'dev', targets: [targetIn('dev')] },
      { name: 'prod', targets: [] },
    ];
    await surroundings.apply({ ...pipeline, spec: { ...spec, environments } } as typeof pipeline);
    await says('slipped', 'Stalled', ['True', 'InvalidSpec', /^spec\.environments\[1\]\.targets: ./]);
    await says('slipped', 'Ready', ['False', 'InvalidSpec', /^spec\.environments\[1\]\.targets: ./]);
    await hasEvent('slipped', /^InvalidSpec: spec\.environments\[1\]\.targets/);
  });

  const refusals = {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'touch',
      args: ['proof'],
      interactiveMode: 'Never',
    },
    'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch', 'cmd-args': 'proof' } },
    tokenFile: '/etc/hostname',
  };
  for (const [field, value] of Object.entries(refusals))
    it(`of a kubeconfig with ${field}: refused by a condition and an Event that name the field, and nothing is run`, async () => {
      const cluster = field.toLowerCase();
      const proof = join(surroundings.directory, 'proof');
      const text = kubeconfig({ [field]: value }).replaceAll('proof', proof);
      await surroundings.register(cluster, text);
      await apply(`on-${cluster}`, [cluster, 'prod']);
      const named = new RegExp(`Secret leafwatch-system/${cluster}-kubeconfig: .*users\\[0\\]\\.user\\.${field}`);
      await says(`on-${cluster}`, 'Ready', ['False', 'TargetClusterNotReady', named]);
      await hasEvent(`on-${cluster}`, named);
      const warned = controller.lines().filter(({ level, msg }) => level === 'warn' && msg.includes(`user.${field}`));
      assert.ok(warned.some((line) => line['cluster'] === `leafwatch-system/${cluster}`));
      assert.equal(existsSync(proof), false);
    });

  it('of a wrong flag: one line and exit 2', async () => {
    const program = await builtProgram();
    const wrong = { '--concurent=4': /--concurent/, '--max-retry-delay=soon': /--max-retry-delay must be a duration/ };
    for (const [flag, named] of Object.entries(wrong)) {
      const ended = promisify(execFile)(process.execPath, [program, 'run', flag]);
      await assert.rejects(ended, (error: { code: number; stderr: string; stdout: string }) => {
        assert.deepEqual([error.code, error.stdout], [2, '']);
        assert.match(error.stderr, /^leafwatch: [^\n]+\n$/);
        assert.match(error.stderr, named);
        return true;
      });
    }
  });

  it('of a cluster that nobody registered: a condition that says how to', async () => {
    await apply('unregistered', ['dev', 'nowhere']);
    const message = /cluster leafwatch-system\/nowhere is not registered; create a Secret/;
    await says('unregistered', 'Ready', ['False', 'TargetClusterNotFound', message]);
  });

  it('of an environment without a marker: no branch, no pull request, a condition that says where we looked', async () => {
    await apply('unmarked');
    await eventually(async () => assert.equal((await environment('unmarked'))?.revision, '6.1.4'));
    await surroundings.repository.commit(releaseAt('dev', '6.1.5'), 'feat(dev): 6.1.5');
    const { url } = surroundings.forge;
    const message = new RegExp(
      `No version is marked for prod in the 2 YAML files of ${url}, branch main: write .*podinfo:unmarked:prod`,
    );
    await says('unmarked', 'Ready', ['False', 'MarkerNotFound', message]);
    await eventually(async () => assert.equal((await environment('podinfo'))?.promotion?.state, 'Open'));
    const heads = (await surroundings.forge.pulls.all()).map(({ head }) => head);
    assert.deepEqual(heads, ['promotions/podinfo/podinfo/prod/6.1.5']);
    assert.deepEqual(Object.keys(await surroundings.repository.branches()), ['main', ...heads]);
  });

  it('of a token that is refused: Stalled, told once, and promoted by itself once the Secret holds another', async () => {
    const putToken = (token: string) =>
      surroundings.client.apply(
        '/api/v1/namespaces/podinfo/secrets/refused',
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'refused' }, stringData: { username: 'git', token } },
        'test',
      );
    await putToken('expired');
    const marked = 'version: 6.1.4 # {"$promotion": "podinfo:refused:prod"}\n';
    await surroundings.repository.commit({ 'refused.yaml': marked }, 'feat: one more');
    const pipeline = podinfoPipeline({ type: 'github', url: surroundings.forge.url, name: 'refused' });
    pipeline.spec.promotion.strategy['pull-request'].secretRef.name = 'refused';
    await surroundings.apply(pipeline);
    await says('refused', 'Stalled', ['True', 'Unauthorized', /put a valid .* into the Secret/]);
    await eventually(async () => assert.ok(((await environment('refused'))?.promotion?.attempts ?? 0) >= 2));
    const told = (await surroundings.events('refused')).filter((event) => event.startsWith('PromotionFailed'));
    assert.equal(told.length, 1, told.join('\n'));
    await putToken('forge-token');
    await eventually(async () => assert.equal((await environment('refused'))?.promotion?.state, 'Open'));
    await says('refused', 'Ready', ['True', 'ReconciliationSucceeded', /./]);
  });

  it('of a leaf that is down from the start: its Pipelines say which cluster is missing', async () => {
    assert.equal((await conditions('halfway')).find(({ type }) => type === 'Ready')?.reason, 'Progressing');
    controller.advance(31_000);
    // The timer of its grace runs by the real clock: being changed wakes it earlier.
    await apply('halfway', ['dev', 'down', 'prod']);
    await says('halfway', 'Ready', ['False', 'TargetClusterNotReady', /cluster leafwatch-system\/down .*ECONNREFUSED/]);
  });
});
