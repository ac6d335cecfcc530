import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { askPrometheus } from '../../src/cli/ask-prometheus.ts';
import { deliveryQueries } from '../../src/cli/delivery-queries.ts';
import { metricsReach } from '../../src/cli/metrics-reach.ts';
import { createWorld } from '../../src/model/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { prometheusContract } from '../contract/prometheus-contract.ts';
import { aPipeline } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { metricsHistory } from '../support/metrics-history.ts';
import { recordedAnswers } from '../support/recorded-prometheus.ts';
import { startPrometheusRecorder } from './support/prometheus-recorder.ts';
import { startPrometheus, type Prometheus } from './support/start-prometheus.ts';

describe('Prometheus', () => {
  let recorder: Awaited<ReturnType<typeof startPrometheusRecorder>>;

  prometheusContract('Prometheus', async () => {
    const prometheus = await startPrometheus({ history: metricsHistory() });
    recorder = await startPrometheusRecorder(prometheus.url);
    const close = async () => {
      recorder.close();
      await prometheus.close();
    };
    return { url: recorder.url, close };
  });

  describe('its recording', () => {
    // LEAFWATCH_RECORD=1 writes it anew.
    it('is what it answers', async () => {
      if (process.env['LEAFWATCH_RECORD'])
        await writeFile(recordedAnswers, `${JSON.stringify(recorder.answers(), undefined, 2)}\n`);
      assert.deepEqual(recorder.answers(), JSON.parse(await readFile(recordedAnswers, 'utf8')));
    });
  });
});

/** A page of metrics as `run` serves it, with the functions that fill it. */
const startPage = async () => {
  const options = { version: '1.2.3', clock: { now: () => Date.now() }, concurrency: 1, lease: 'leafwatch' };
  const metrics = createMetrics({ ...options, world: createWorld() });
  const server = createServer((_, response) => {
    void metrics.render().then(({ contentType, body }) => {
      response.writeHead(200, { 'content-type': contentType }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { metrics, target: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};

describe('Prometheus, reading the metrics of two processes', () => {
  let pages: readonly Awaited<ReturnType<typeof startPage>>[];
  let prometheus: Prometheus;
  before(async () => {
    pages = await Promise.all([startPage(), startPage()]);
    prometheus = await startPrometheus({ targets: pages.map(({ target }) => target) });
  });
  after(async () => {
    pages.forEach((page) => page.close());
    await prometheus.close();
  });

  const ask = (query: string) =>
    askPrometheus({ url: prometheus.url, headers: {}, proxies: {}, timeout: 10_000, now: Date.now() })(query);
  const reads = (query: string, value: number) =>
    eventually(async () => assert.deepEqual(await ask(query), [{ labels: {}, value }]));

  it('is asked by the alerts of the docs in a language that it understands, and none of them cries yet', async () => {
    const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, alerts = ''] = /## What to alert on\n([^#]+)/.exec(text) ?? [];
    const expressions = [...alerts.matchAll(/^\| `([^`]+)`/gm)].map(([, expression = '']) => expression);
    assert.ok(expressions.length >= 5);
    await reads('count(leader_election_master_status)', 2);
    for (const expression of expressions.filter((one) => !one.includes('leader_election')))
      assert.deepEqual(await ask(expression), [], expression);
    await reads(expressions.find((one) => one.includes('leader_election')) ?? '', 1);
  });

  it('knows of the first change of a Pipeline, its lead time and its restoration', async () => {
    const [leader, follower] = pages as [(typeof pages)[0], (typeof pages)[0]];
    const pipeline = aPipeline();
    for (const { metrics } of [leader, follower]) metrics.learned({ type: 'pipeline-seen', pipeline });
    // Two environments, two results, two processes.
    await reads('count(leafwatch_changes_total == 0)', 8);
    const of = { pipeline: 'apps/podinfo', application: 'podinfo', version: '6.1.5' } as const;
    leader.metrics.reconciled({
      ...{ outcomes: [], wakeAt: undefined, deployments: [] },
      changes: [
        { ...of, environment: 'dev', result: 'failed' },
        { ...of, environment: 'dev', restoreTime: 600_000 },
        { ...of, environment: 'prod', result: 'succeeded', leadTime: 7_200_000 },
      ],
    });
    const labels = { pipeline: of.pipeline, application: of.application };
    const { changes, leadTime, restoreTime } = deliveryQueries(labels, 300);
    await reads(`sum(${changes})`, 2);
    const counted = (await ask(changes)).filter(({ value }) => value > 0).map(({ labels: one }) => one);
    assert.deepEqual(
      counted.sort((a, b) => (a['result'] ?? '').localeCompare(b['result'] ?? '')),
      [
        { environment: 'dev', result: 'failed' },
        { environment: 'prod', result: 'succeeded' },
      ],
    );
    // The middle of the buckets from one to four hours, and from five to fifteen minutes.
    await reads(leadTime, 9000);
    assert.deepEqual(await ask(restoreTime), [{ labels: { environment: 'dev' }, value: 600 }]);
    const now = Date.now();
    const reach = await metricsReach(ask, { labels: {}, asked: now - 86_400_000, now });
    assert.ok(reach > now - 120_000 && reach <= now, String(now - reach));
  });
});
