import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseCommand } from '../../src/cli/command.ts';
import { deliveryOf, type Delivery } from '../../src/cli/delivery.ts';
import { deliveryTable } from '../../src/cli/delivery-table.ts';
import { parseReportOptions } from '../../src/cli/report-flags.ts';
import { reportDelivery } from '../../src/cli/report.ts';
import { FailureError } from '../../src/model/failure.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { DeploymentEntry } from '../../src/model/deployment-entry.ts';
import { formatTime } from '../../src/model/time.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { aPipeline, runs, start, thenRuns } from '../support/builders.ts';
import { deploymentLife } from '../support/deployment-life.ts';

const day = 86_400_000;
const daysAgo = (days: number): string => formatTime(start - days * day);

/** A version that came so many days ago, and settled within an hour, unless it is said otherwise. */
const anEntry = (number: number, days: number, parts: Partial<DeploymentEntry> = {}): DeploymentEntry => ({
  ...{ number, revision: `6.1.${number}`, startedAt: daysAgo(days), finishedAt: daysAgo(days - 1 / 24) },
  ...parts,
});
const failed = (number: number, days: number, restored?: number): DeploymentEntry => ({
  ...{ number, revision: `6.1.${number}`, startedAt: daysAgo(days), failedAt: daysAgo(days) },
  ...(restored === undefined ? {} : { restoredAt: daysAgo(restored) }),
});

const withHistory = (dev: DeploymentEntry[], prod: DeploymentEntry[] = []) =>
  aPipeline({ status: { environments: { dev: { deployments: dev }, prod: { deployments: prod } } } });
/** As many as a status holds, one a day. */
const full = Array.from({ length: 10 }, (_, index) => anEntry(10 - index, index + 1));
const figuresOf = (
  dev: DeploymentEntry[],
  prod: DeploymentEntry[] = [],
  made = start - 365 * day,
): readonly Delivery[] => deliveryOf({ pipeline: withHistory(dev, prod), made }, start - 30 * day, start);

const some = [failed(4, 1), anEntry(3, 5), failed(2, 10, 9.5), failed(1, 40, 20), anEntry(0, 50)];
const arrivals = [
  anEntry(2, 3, { leadTime: '2h' }),
  anEntry(1, 6, { leadTime: '4h' }),
  anEntry(0, 50, { leadTime: '99h' }),
];

describe('what report says', () => {
  it('is DORA’s four figures of each environment, over the time that was asked for', () => {
    const common = {
      namespace: 'apps',
      pipeline: 'podinfo',
      application: 'podinfo',
      source: 'status',
      shortened: false,
      from: daysAgo(30),
    };
    assert.deepEqual(figuresOf(some, arrivals), [
      {
        ...{ ...common, environment: 'dev', changes: 3, changesPerWeek: 0.7, failed: 2, changeFailureRate: 0.667 },
        // The median of 12 hours and 20 days.
        restoreSeconds: (10.25 * day) / 1000,
      },
      {
        ...{ ...common, environment: 'prod', changes: 2, changesPerWeek: 0.47, failed: 0, changeFailureRate: 0 },
        leadTimeSeconds: 3 * 3600,
      },
    ]);
  });

  it('is what happened, of the status that a month of deployments has left', () => {
    const life = deploymentLife(aPipeline());
    const at = (days: number): number => start + days * day;
    const happens = (days: number, ...facts: readonly Fact[]): void => {
      life.learn(...facts);
      life.look(at(days));
    };
    const settles = (cluster: string, version: string, days: number): Fact =>
      thenRuns(cluster, version, { ready: { since: at(days) }, deployed: { lastDeployed: at(days) } });
    const fails = (cluster: string, version: string, days: number, remediated = false): Fact =>
      thenRuns(cluster, '6.1.4', {
        ...{ attempted: version, lastAttemptedRevision: version, remediated },
        ready: { status: 'False', reason: 'UpgradeFailed', message: 'timed out', since: at(days) },
      });
    // There before, as it was found: no change.
    happens(0, runs('dev', '6.1.4'), runs('prod', '6.1.4'));
    // Fails in dev, is rolled back after six hours, and is overtaken.
    happens(2, fails('dev', '6.1.5', 2));
    happens(2.25, fails('dev', '6.1.5', 2.25, true));
    happens(4, settles('dev', '6.1.6', 4));
    happens(5, settles('prod', '6.1.6', 5));
    happens(10, settles('dev', '6.1.7', 10));
    // On its way to prod when the next one comes there: counted as neither.
    happens(11, thenRuns('prod', '6.1.6', { attempted: '6.1.7', ready: { status: 'Unknown', since: at(11) } }));
    happens(20, settles('dev', '6.1.8', 20));
    happens(23, settles('prod', '6.1.8', 23));
    const pipeline = aPipeline({ status: life.status() });
    const common = { namespace: 'apps', pipeline: 'podinfo', application: 'podinfo', source: 'status' };
    const period = { ...common, from: formatTime(start), shortened: false };
    assert.deepEqual(deliveryOf({ pipeline, made: start }, at(-2), at(28)), [
      {
        ...{ ...period, environment: 'dev', changes: 4, changesPerWeek: 1, failed: 1, changeFailureRate: 0.25 },
        restoreSeconds: 6 * 3600,
      },
      {
        ...{ ...period, environment: 'prod', changes: 2, changesPerWeek: 0.5, failed: 0, changeFailureRate: 0 },
        // The median of one day and three.
        leadTimeSeconds: (2 * day) / 1000,
      },
    ]);
  });

  it('counts no version that neither settled nor failed', () => {
    const [dev] = figuresOf([{ number: 1, revision: '6.1.5', startedAt: daysAgo(2), going: [0] }]);
    assert.deepEqual([dev?.changes, dev?.changeFailureRate], [0, undefined]);
  });

  it('goes back no further than a full history, and says so', () => {
    const [dev, prod] = figuresOf(full);
    assert.deepEqual([dev?.from, dev?.shortened, dev?.changes, dev?.changesPerWeek], [daysAgo(10), true, 10, 7]);
    assert.deepEqual([prod?.from, prod?.shortened, prod?.changes], [daysAgo(30), false, 0]);
    const [older] = figuresOf(full.map((entry) => ({ ...entry, startedAt: daysAgo(31) })));
    assert.equal(older?.shortened, false);
  });

  it('goes back no further than the Pipeline, and tells no rate for less than a day', () => {
    const [week] = figuresOf([anEntry(1, 3)], [], start - 7 * day);
    assert.deepEqual([week?.from, week?.shortened, week?.changesPerWeek], [daysAgo(7), false, 1]);
    const [hours] = figuresOf([anEntry(1, 0.1)], [], start - day / 2);
    assert.deepEqual([hours?.changes, hours?.changesPerWeek], [1, undefined]);
  });

  it('is a table for people', () => {
    assert.equal(
      deliveryTable(figuresOf(some, arrivals), start),
      `NAMESPACE   PIPELINE   ENVIRONMENT   CHANGES   PER WEEK   FAILED    LEAD TIME   RESTORED IN   OVER
apps        podinfo    dev           3         0.7        2 (67%)   -           246h          30d
apps        podinfo    prod          2         0.5        0 (0%)    3h          -             30d
`,
    );
    const metered = figuresOf(full).map((row): Delivery => ({
      ...row,
      ...(row.shortened ? { source: 'metrics', restoreSeconds: 600 } : {}),
    }));
    assert.equal(
      deliveryTable(metered, start),
      `NAMESPACE   PIPELINE   ENVIRONMENT   CHANGES   PER WEEK   FAILED   LEAD TIME   RESTORED IN   OVER   FROM
apps        podinfo    dev           10        7.0        0 (0%)   -           ~10m          10d*   metrics
apps        podinfo    prod          0         0.0        -        -           -             30d    status
`,
    );
  });
});

describe('leafwatch report', () => {
  let management: ApiServer;
  let client: KubeClient;
  let folder: string;
  const count = 12;

  before(async () => {
    const crd = parse(await readFile(new URL('../../manifests/crd.yaml', import.meta.url), 'utf8')) as object;
    management = await startApiServer({ name: 'management', crds: [crd] });
    client = createKubeClient(management);
    folder = await mkdtemp(join(tmpdir(), 'leafwatch-report-'));
    const rules = [{ apiGroups: ['pipelines.weave.works'], resources: ['pipelines'], verbs: ['list'] }];
    management.addToken('person', { user: 'jane', rules });
    management.addToken('nobody', { user: 'nobody', rules: [] });
    for (const token of ['person', 'nobody']) await writeFile(join(folder, token), management.kubeconfig({ token }));
    for (const namespace of ['apps', 'other', 'full'])
      await client.apply(
        `/api/v1/namespaces/${namespace}`,
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        'tester',
      );
    for (let index = 0; index < count; index += 1) await place('apps', `podinfo-${index}`);
    await place('other', 'podinfo');
  });
  after(async () => {
    client.close();
    await Promise.all([management.close(), rm(folder, { recursive: true })]);
  });

  const place = async (namespace: string, name: string, { spec, status } = withHistory(some, arrivals)) => {
    const object = {
      apiVersion: 'pipelines.weave.works/v1alpha1',
      kind: 'Pipeline',
      metadata: { name, namespace },
      spec,
    };
    const path = `/apis/pipelines.weave.works/v1alpha1/namespaces/${namespace}/pipelines/${name}`;
    await client.apply(path, object, 'tester');
    await client.patch(`${path}/status`, { status }, 'leafwatch');
  };
  const reportAt = async (now: number, ...argv: readonly string[]) => {
    const options = parseReportOptions([`--kubeconfig=${join(folder, 'person')}`, ...argv], {});
    assert.ok(!('usageError' in options), JSON.stringify(options));
    return reportDelivery(options, { now: () => now, random: () => 0 });
  };
  const report = (...argv: readonly string[]) => reportAt(Date.now(), ...argv);

  it('reads the Pipelines of a namespace, page by page, or of all', async () => {
    const { text, notes } = await report('-n', 'apps');
    assert.equal(text.trimEnd().split('\n').length, 1 + count * 2);
    assert.deepEqual(notes, []);
    const all = JSON.parse(
      (await report('--all-namespaces', '-o', 'json', '--since=9999w')).text,
    ) as readonly Delivery[];
    assert.equal(all.length, (count + 1) * 2);
    // The Pipelines were made just now: what their status tells of was before that.
    assert.ok(all.every(({ from, changes }) => Date.parse(from) > Date.now() - 60_000 && changes === 0));
  });

  it('says that there is none, and what is in the way', async () => {
    const note =
      'there is no Pipeline to report on in namespace default; name its namespace by -n, or ask for all by --all-namespaces';
    assert.deepEqual(await report('-n', 'default'), { text: '', notes: [note], ok: true });
    await assert.rejects(report('-n', 'apps', `--kubeconfig=${join(folder, 'nobody')}`), (error) => {
      assert.ok(error instanceof FailureError);
      assert.match(
        error.message,
        /^the Pipelines in namespace apps were not read: the API server answered 403: .*forbidden/,
      );
      return true;
    });
  });

  it('asks no Prometheus for what the status knows', async () => {
    const nobody = '--prometheus=http://127.0.0.1:1';
    const { notes, ok } = await report('-n', 'apps', nobody, `--prometheus-headers=${join(folder, 'none')}`);
    assert.deepEqual([notes, ok], [[], true]);
  });

  it('shows what the status knows when the metrics that it needs are not there', async () => {
    await place('full', 'podinfo', withHistory(full));
    const { text, notes, ok } = await reportAt(start, '-n', 'full');
    assert.deepEqual([notes.length, ok], [1, true]);
    assert.match(notes[0] ?? '', /^where there is a star, .* are asked with --prometheus$/);
    const without = await reportAt(start, '-n', 'full', '--prometheus=http://127.0.0.1:1');
    assert.deepEqual([without.text, without.notes[0], without.ok], [text, notes[0], false]);
    assert.match(without.notes[1] ?? '', /^the figures are those of the status alone: 127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it('is a command with flags of its own', () => {
    const command = parseCommand(['report', '--since', '2w', '-o', 'json'], { KUBECONFIG: '/k' });
    assert.ok(command.type === 'report');
    const { since, output, kubeconfig, allNamespaces } = command.options;
    assert.deepEqual([since, output, kubeconfig, allNamespaces], [14 * day, 'json', '/k', false]);
    const mistaken = parseCommand(['report', '--since=forever'], {});
    assert.match(
      mistaken.type === 'usage-error' ? mistaken.message : '',
      /^--since must be a number of minutes, hours, days or weeks, such as 30d; see/,
    );
    const metrics = [
      '--prometheus=https://a.example/p',
      '--prometheus-labels=cluster=eu,tier=a.b',
      '--https-proxy=p:1',
    ];
    const asking = parseReportOptions(metrics, { HTTP_PROXY: 'http://q:2' });
    assert.ok(!('usageError' in asking));
    assert.deepEqual(
      [asking.prometheus, asking.prometheusLabels, asking.httpsProxy, asking.httpProxy],
      [
        'https://a.example/p',
        [
          ['cluster', 'eu'],
          ['tier', 'a.b'],
        ],
        'http://p:1',
        'http://q:2',
      ],
    );
    for (const [mistake, message] of [
      ['--prometheus=https://jane:secret@a.example', /^--prometheus must be an address .*, without credentials/],
      ['--prometheus=a.example', /^--prometheus must be an address such as https:\/\/prometheus\.example\.com/],
      ['--prometheus-labels=cluster', /^--prometheus-labels must be labels and their values/],
      ['--prometheus-labels=cluster=eu"}', /^--prometheus-labels must be labels and their values/],
      ['--prometheus-headers=/h', /^--prometheus-headers and --prometheus-labels need --prometheus$/],
    ] as const) {
      const read = parseReportOptions([mistake], {});
      assert.match('usageError' in read ? read.usageError : '', message);
    }
    assert.ok(!('usageError' in parseReportOptions([], { HTTPS_PROXY: 'socks5://p:1' })));
    const help = parseCommand(['help'], {});
    assert.ok(
      help.type === 'print' && help.text.includes('--since <time>') && help.text.includes('--all-namespaces\n'),
    );
  });
});
