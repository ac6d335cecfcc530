import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseCommand } from '../../src/cli/command.ts';
import { parseExplainOptions } from '../../src/cli/explain-flags.ts';
import { reportExplanation } from '../../src/cli/explain.ts';
import { explainTree } from '../../src/cli/explain-tree.ts';
import { explanation, type Explanation } from '../../src/cli/explanation.ts';
import { nearest } from '../../src/cli/nearest.ts';
import { systemClock } from '../../src/clock.ts';
import { decide } from '../../src/decision/decide.ts';
import { FailureError } from '../../src/model/failure.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { anEnvironment, aPipeline, isLost, minutes, pullRequests, runs, seconds, start } from '../support/builders.ts';
import { retryDelays, worldOf } from '../support/given.ts';

const three = {
  environments: [
    anEnvironment('dev'),
    anEnvironment('staging'),
    anEnvironment('prod', { promotion: { ...pullRequests, manual: true, soak: '30m', versions: '>=6.0.0' } }),
  ],
};
const facts: readonly Fact[] = [runs('dev', '6.1.5'), runs('staging', '6.1.5'), runs('prod', '6.1.4')];

/** A Pipeline as its controller has left it. */
const written = (pipeline: Pipeline = aPipeline(three), known = facts, now = start): Pipeline => ({
  ...pipeline,
  status: decide(pipeline, worldOf(known), retryDelays, now).status,
});

const explained = (pipeline: Pipeline, environment?: string, now = minutes(5)): Explanation =>
  explanation({ pipeline, changedAt: '2026-03-02T10:00:00Z' }, { environment, delays: retryDelays }, now);

const tree = (pipeline: Pipeline, environment?: string, now = minutes(5)): string =>
  explainTree(explained(pipeline, environment, now), { terminal: false, now });

describe('what explain says', () => {
  it('is a tree of every environment, target, step of the rule and gate, and of whose turn it is', () => {
    const command =
      'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/approve.prod=6.1.5';
    assert.equal(
      tree(written()),
      `Pipeline apps/podinfo: dev 6.1.5 › staging 6.1.5 › prod 6.1.4 ⏳ approval
  by its status, which last changed 5m ago, at 2026-03-02T10:00:00Z
  Ready True (ReconciliationSucceeded) since 2026-03-02T10:00:00Z (5m)
  done dev: runs 6.1.5, which is promoted from here
    podinfo in namespace podinfo of cluster apps/dev runs 6.1.5, settled since 2026-03-02T10:00:00Z (5m): upgraded
    whose turn since 2026-03-02T09:00:00Z (65m): nobody: nothing is to be done
  done dev to staging: UpToDate
    podinfo in namespace podinfo of cluster apps/staging runs 6.1.5, settled since 2026-03-02T10:00:00Z (5m): upgraded
    passed evidence   all 2 targets of dev and staging are seen now
    passed source     dev runs 6.1.5, healthy since 2026-03-02T09:00:00Z
    done   difference runs 6.1.5, as dev does  <- decides
    not looked at: direction, memory, suspended, strategy, versions, soak, windows, approval
    whose turn since 2026-03-02T09:00:00Z (65m): nobody: nothing is to be done
  held staging to prod: ApprovalRequired
    podinfo in namespace podinfo of cluster apps/prod runs 6.1.4, settled since 2026-03-02T10:00:00Z (5m): upgraded
    passed evidence   all 2 targets of staging and prod are seen now
    passed source     staging runs 6.1.5, healthy since 2026-03-02T09:00:00Z
    passed difference prod runs 6.1.4
    passed direction  6.1.5 is not older than 6.1.4
    passed memory     6.1.5 has not been promoted into prod before
    passed suspended  neither the Pipeline nor prod is suspended
    passed strategy   pull request on https://forge.example/org/config.git, branch main
    passed versions   6.1.5 is in >=6.0.0
    passed soak       staging has been healthy since 2026-03-02T09:00:00Z, more than 30m
    passed windows    no window is set
    held   approval   6.1.5 waits for approval, healthy in staging since 2026-03-02T09:00:00Z: ${command}  <- decides
    whose turn since 2026-03-02T09:00:00Z (65m): an approver: whoever may annotate the Pipeline; the promotion is made at once then
`,
    );
  });

  it('has marks, lines and colours on a terminal, and the marks are those of the one-line view', () => {
    const drawn = explainTree(explained(written()), { terminal: true, now: minutes(5) });
    // eslint's rule on control characters is about patterns, so they are written as what they are.
    const plain = drawn.replaceAll(/\p{Cc}\[\d+m/gu, '');
    assert.notEqual(plain, drawn);
    assert.match(plain, /^└─ ⏳ staging → prod: ApprovalRequired$/m);
    assert.match(plain, /^ {3}├─ ✓ {2}versions {3}6\.1\.5 is in >=6\.0\.0$/m);
    assert.match(plain, /^ {3}├─ ⏳ approval {3}.*← decides$/m);
    assert.ok(!/[✓⏳✗├└]/u.test(tree(written()).split('\n').slice(1).join('\n')));
  });

  it('marks one step that decides for each pair, whatever else stands in the way', () => {
    const pipeline = aPipeline({ promotion: { ...pullRequests, manual: true, versions: '<6.0.0' } });
    const [, prod] = explained(written(pipeline, [runs('dev', '6.1.5'), runs('prod', '6.1.4')])).environments;
    const standing = prod?.steps.filter(({ type }) => type !== 'pass').map(({ step, decides }) => [step, decides]);
    assert.deepEqual(standing, [
      ['versions', true],
      ['approval', false],
    ]);
    assert.deepEqual([prod?.answer.reason, prod?.answer.turn], ['VersionOutOfRange', 'operator']);
  });

  it('says of one environment what decides it, and of the one before only what runs there', () => {
    const { environments } = explained(written(), 'prod');
    assert.deepEqual(
      environments.map(({ name, steps }) => [name, steps.length > 0]),
      [
        ['staging', false],
        ['prod', true],
      ],
    );
    assert.deepEqual(
      explained(written(), 'dev').environments.map(({ name }) => name),
      ['dev'],
    );
    assert.throws(
      () => explained(written(), 'qa'),
      (error) =>
        error instanceof FailureError &&
        error.message === 'Pipeline apps/podinfo has no environment qa; it has dev, staging, prod',
    );
  });

  it('says since when a cluster is not seen, and which', () => {
    const lost = written(aPipeline(three), [...facts, isLost('prod', seconds(-60))]);
    assert.match(tree(lost), /waits +evidence +waits: cluster apps\/prod is lost since .*<- decides/);
    assert.match(
      tree(lost),
      /podinfo of cluster apps\/prod runs 6\.1\.4, unseen since 2026-03-02T09:59:00Z \(6m\): cluster/,
    );
    const [, , prod] = explained(lost).environments;
    assert.deepEqual([prod?.answer.since, prod?.notLookedAt.length], ['2026-03-02T09:59:00Z', 10]);
  });

  it('says until when it waits, and what the controller has last said where it would say something else now', () => {
    const open = aPipeline({ promotion: { ...pullRequests, soak: '2h' } });
    const soaking = written(open, [runs('dev', '6.1.5'), runs('prod', '6.1.4')]);
    const [, before] = explained(soaking).environments;
    assert.deepEqual(
      [before?.answer.reason, before?.answer.until, before?.said],
      ['Soaking', '2026-03-02T11:00:00Z', undefined],
    );
    const [, after] = explained(soaking, undefined, minutes(61)).environments;
    assert.equal(after?.answer.reason, 'PromotionDue');
    assert.match(after.said ?? '', /^6\.1\.5 waits until 2026-03-02T11:00:00Z/);
    assert.match(tree(soaking, 'prod', minutes(61)), /^ {4}the controller has last said: 6\.1\.5 waits until/m);
  });

  it('says how far it can be relied on', () => {
    assert.deepEqual(explained(aPipeline()).notes, [
      'no controller has looked at it yet: is Leafwatch running, and does it watch namespace apps?',
    ]);
    assert.deepEqual(explained(aPipeline({ status: { observedGeneration: -1 } })).statusChangedAt, undefined);
    const { status } = written();
    const newer = aPipeline({
      ...three,
      status,
      generation: 2,
      annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
    });
    assert.deepEqual(explained(newer).notes, [
      'its status is of generation 1, and the newest is 2: no controller has looked at that yet',
      'a reconcile is requested, and no controller has answered that yet',
    ]);
    assert.match(tree(newer), /^ {2}note: its status is of generation 1/m);
    const leaving = explained(aPipeline({ ...three, status, deletionTimestamp: '2026-03-02T10:00:00Z' }));
    assert.deepEqual(leaving.notes, ['it is being deleted: nothing more is promoted by it']);
  });

  it('has no tree for a Pipeline on which nothing is decided, but says why', () => {
    const appRef = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'podinfo' };
    const other = written(aPipeline({ appRef }));
    assert.deepEqual(explained(other).environments, []);
    assert.match(tree(other), /Ready False \(UnsupportedAppKind\)[^]*note|note[^]*Ready False \(UnsupportedAppKind\)/);
  });

  it('lets no server write over a terminal', () => {
    const bad = runs('prod', '6.1.4', { ready: { message: 'bad\u001b[2Jnews' } });
    assert.ok(!tree(written(aPipeline(three), [...facts.slice(0, 2), bad])).includes('\u001b'));
  });

  it('knows the likeliest names', () => {
    assert.deepEqual(nearest('podinof', ['web', 'podinfo', 'api', 'podinfo-2', 'a', 'b', 'c']).slice(0, 2), [
      'podinfo',
      'podinfo-2',
    ]);
    assert.deepEqual(nearest('pod', ['web', 'my-podinfo']), ['my-podinfo', 'web']);
  });
});

describe('leafwatch explain', () => {
  let management: ApiServer;
  let client: KubeClient;
  let folder: string;
  const pipelines = '/apis/pipelines.weave.works/v1alpha1/namespaces/apps/pipelines';

  before(async () => {
    const crd = parse(await readFile(new URL('../../manifests/crd.yaml', import.meta.url), 'utf8')) as object;
    management = await startApiServer({ name: 'management', crds: [crd] });
    client = createKubeClient(management);
    folder = await mkdtemp(join(tmpdir(), 'leafwatch-explain-'));
    const rules = [{ apiGroups: ['pipelines.weave.works'], resources: ['pipelines'], verbs: ['get', 'list'] }];
    management.addToken('person', { user: 'jane', rules });
    management.addToken('nobody', { user: 'nobody', rules: [] });
    for (const token of ['person', 'nobody']) await writeFile(join(folder, token), management.kubeconfig({ token }));
    await client.apply(
      '/api/v1/namespaces/apps',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } },
      'tester',
    );
    const { spec, status } = written();
    const object = {
      apiVersion: 'pipelines.weave.works/v1alpha1',
      kind: 'Pipeline',
      metadata: { name: 'podinfo', namespace: 'apps' },
      spec,
    };
    await client.apply(`${pipelines}/podinfo`, object, 'tester');
    await client.patch(`${pipelines}/podinfo/status`, { status }, 'leafwatch');
  });
  after(async () => {
    client.close();
    await Promise.all([management.close(), rm(folder, { recursive: true })]);
  });

  const report = (...argv: readonly string[]): Promise<string> => {
    const options = parseExplainOptions([`--kubeconfig=${join(folder, 'person')}`, ...argv], {});
    assert.ok(!('usageError' in options), JSON.stringify(options));
    return reportExplanation(options, systemClock, false);
  };

  it('reads the Pipeline with the rights of a person who may read Pipelines only', async () => {
    const text = await report('podinfo', '-n', 'apps');
    assert.match(text, /^Pipeline apps\/podinfo: dev 6\.1\.5 › staging 6\.1\.5 › prod 6\.1\.4 ⏳ approval$/m);
    assert.match(text, /^ {2}by its status, which last changed \d+s ago, at 20/m);
    assert.match(text, /^ {4}held {3}approval .*<- decides$/m);
  });

  it('is JSON for programs', async () => {
    const { environments, conditions, statusChangedAt } = JSON.parse(
      await report('-n', 'apps', '-o', 'json', '--environment=prod', 'podinfo'),
    ) as Explanation;
    assert.deepEqual(
      environments.map(({ name, answer }) => [name, answer.reason, answer.turn]),
      [
        ['staging', 'UpToDate', 'nobody'],
        ['prod', 'ApprovalRequired', 'approver'],
      ],
    );
    assert.ok(conditions.length > 0 && statusChangedAt !== undefined);
  });

  for (const [name, argv, expected] of [
    [
      'that is not there, and names the likeliest',
      ['podinof', '-n', 'apps'],
      /^there is no Pipeline podinof in namespace apps; there is podinfo$/,
    ],
    [
      'in a namespace without any',
      ['podinfo', '-n', 'nowhere'],
      /^there is no Pipeline podinfo in namespace nowhere; name its namespace by -n$/,
    ],
    ['in the namespace of the context, when none is named', ['podinfo'], /in namespace default; /],
    [
      'whose environment is not there',
      ['podinfo', '-n', 'apps', '-e', 'qa'],
      /has no environment qa; it has dev, staging, prod$/,
    ],
    [
      'that the person may not read',
      ['podinfo', '-n', 'apps', '--kubeconfig=nobody'],
      /^Pipeline apps\/podinfo was not read: the API server answered 403: .*forbidden/,
    ],
  ] as const)
    it(`refuses a Pipeline ${name}`, async () => {
      const args = argv.map((arg) => arg.replace('=nobody', `=${join(folder, 'nobody')}`));
      await assert.rejects(report(...args), (error) => {
        assert.ok(error instanceof FailureError);
        assert.match(error.message, expected);
        return true;
      });
    });

  it('is a command with flags of its own', () => {
    const command = parseCommand(['explain', 'podinfo', '-n', 'apps', '-e', 'prod'], { KUBECONFIG: '/k' });
    assert.ok(command.type === 'explain');
    const { pipeline, namespace, environment, kubeconfig, output } = command.options;
    assert.deepEqual([pipeline, namespace, environment, kubeconfig, output], ['podinfo', 'apps', 'prod', '/k', 'tree']);
    const kubeconfigIn = (env: NodeJS.ProcessEnv) => {
      const parsed = parseExplainOptions(['podinfo'], env);
      return 'usageError' in parsed ? parsed.usageError : parsed.kubeconfig;
    };
    assert.equal(kubeconfigIn({ HOME: '/home/jane' }), '/home/jane/.kube/config');
    assert.equal(kubeconfigIn({ HOME: '/home/jane', KUBERNETES_SERVICE_HOST: '10.0.0.1' }), undefined);
    for (const [argv, mistake] of [
      [['explain'], /^name the Pipeline to explain: leafwatch explain <pipeline>; see/],
      [['explain', 'one', 'two'], /^unexpected "two"; see/],
      [['explain', 'apps/podinfo'], /^a Pipeline has a name such as podinfo; its namespace is given by -n; see/],
      [['explain', 'podinfo', '--pipeline=other'], /^Unknown option '--pipeline'/],
      [['clusters', 'podinfo'], /^Unexpected argument 'podinfo'/],
    ] as const) {
      const refused = parseCommand(argv, {});
      assert.match(refused.type === 'usage-error' ? refused.message : '', mistake);
    }
    const help = parseCommand(['help'], {});
    assert.ok(help.type === 'print' && help.text.includes('--environment') && !help.text.includes('--pipeline\n'));
  });
});
