import type { Change } from '../../src/model/change.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import assert from 'node:assert/strict';
import type { Outcome, Promotion } from '../../src/model/action.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { createWorld } from '../../src/model/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { aHelmRelease } from '../support/builders.ts';

const failure: Failure = { remedy: 'retry', reason: 'ConnectionLost', message: 'reset' };
const promotion: Promotion = {
  pipeline: 'team/podinfo',
  environment: 'staging',
  revision: '1.0.0',
  from: 'dev',
  strategy: { type: 'github', url: 'https://github.com/a/b', baseBranch: 'main', secretRef: { name: 'c' } },
  text: { branch: 'b', title: 't', commitMessage: 'm', body: 'b' },
  supersedes: [],
};
const seen = (state: 'open' | 'merged' | 'closed', opened: boolean): Outcome => ({
  type: 'pull-request-seen',
  promotion,
  pullRequest: { url: 'https://github.com/a/b/pull/1', number: 1, branch: 'b', state },
  opened,
});
const pipeline: Pipeline = {
  metadata: { namespace: 'team', name: 'podinfo', uid: 'u', resourceVersion: '1', generation: 1, annotations: {} },
  spec: {
    appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
    environments: [{ name: 'dev', targets: [{ namespace: 'podinfo' }] }],
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Succeeded', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
    environments: {
      staging: { promotion: { revision: '1', from: 'dev', state: 'Open', startedAt: '2026-01-01T00:00:00Z' } },
    },
  },
};

const start = () => {
  let now = 0;
  const world = createWorld();
  const metrics = createMetrics({
    version: '1.2.3',
    clock: { now: () => now },
    world,
    concurrency: 4,
    lease: 'leafwatch',
  });
  const lines = async () => (await metrics.render()).body.split('\n');
  return { world, metrics, lines, pass: (milliseconds: number) => (now += milliseconds) };
};

const assertLines = (lines: readonly string[], expected: readonly string[]) => {
  for (const line of expected) assert.ok(lines.includes(line), `${line} is not in\n${lines.join('\n')}`);
};

describe('createMetrics', () => {
  it("has controller-runtime's names from the start", async () => {
    const { lines } = start();
    assertLines(await lines(), [
      'controller_runtime_reconcile_total{controller="pipeline",result="success"} 0',
      'controller_runtime_reconcile_errors_total{controller="pipeline"} 0',
      'controller_runtime_active_workers{controller="pipeline"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="pipeline"} 4',
      'workqueue_depth{name="pipeline",controller="pipeline"} 0',
      'leader_election_master_status{name="leafwatch"} 0',
      `leafwatch_build_info{version="1.2.3",node="${process.version}"} 1`,
    ]);
    assert.ok((await lines()).some((line) => line.startsWith('process_cpu_seconds_total ')));
  });

  it('measures waiting and work', async () => {
    const { metrics, lines, pass } = start();
    metrics.workqueue.added('a/b', 1);
    pass(2_000);
    metrics.workqueue.added('a/b', 1);
    metrics.workqueue.started('a/b', 0);
    pass(500);
    assertLines(await lines(), [
      'workqueue_adds_total{name="pipeline",controller="pipeline"} 2',
      'workqueue_queue_duration_seconds_sum{name="pipeline",controller="pipeline"} 2',
      'workqueue_unfinished_work_seconds{name="pipeline",controller="pipeline"} 0.5',
      'workqueue_longest_running_processor_seconds{name="pipeline",controller="pipeline"} 0.5',
      'controller_runtime_active_workers{controller="pipeline"} 1',
    ]);
    metrics.workqueue.finished('a/b');
    assertLines(await lines(), [
      'workqueue_work_duration_seconds_sum{name="pipeline",controller="pipeline"} 0.5',
      'controller_runtime_reconcile_time_seconds_sum{controller="pipeline"} 0.5',
      'controller_runtime_active_workers{controller="pipeline"} 0',
    ]);
  });

  it('counts what looks at Pipelines came to', async () => {
    const { metrics, lines } = start();
    const action = { type: 'open-pull-request', promotion } as const;
    const quiet = { deployments: [], changes: [] };
    metrics.reconciled({ ...quiet, outcomes: [], wakeAt: undefined });
    metrics.reconciled({ ...quiet, outcomes: [seen('open', true)], wakeAt: 5 });
    metrics.reconciled({ ...quiet, outcomes: [seen('open', false), seen('merged', false)], wakeAt: 5 });
    metrics.reconciled({ ...quiet, outcomes: [{ type: 'failed', action, failure }], wakeAt: 5 });
    assertLines(await lines(), [
      'controller_runtime_reconcile_total{controller="pipeline",result="success"} 1',
      'controller_runtime_reconcile_total{controller="pipeline",result="requeue_after"} 2',
      'controller_runtime_reconcile_total{controller="pipeline",result="error"} 1',
      'controller_runtime_reconcile_errors_total{controller="pipeline"} 1',
      'leafwatch_promotions_total{environment="staging",state="opened"} 1',
      'leafwatch_promotions_total{environment="staging",state="merged"} 1',
      'leafwatch_failures_total{action="open-pull-request",reason="ConnectionLost",remedy="retry"} 1',
    ]);
  });

  it('counts deployments by target, and changes by environment as DORA does', async () => {
    const { metrics, lines } = start();
    const of = { pipeline: 'apps/podinfo', application: 'podinfo', environment: 'prod', version: '6.1.5' } as const;
    const told: Deployment = {
      ...{ ...of, id: 'one', namespace: 'podinfo', name: 'podinfo', detectedBy: 'Watch', status: 'progressing' },
      startedAt: '2026-03-02T10:00:00Z',
    };
    const deployments: readonly Deployment[] = [
      told,
      { ...told, status: 'succeeded', duration: 14_000 },
      { ...told, id: 'two', status: 'failed', duration: 99_000 },
    ];
    const changes: readonly Change[] = [
      { ...of, result: 'failed' },
      { ...of, restoreTime: 60_000, leadTime: 3_600_000 },
    ];
    metrics.reconciled({ outcomes: [], wakeAt: undefined, deployments, changes });
    const [labels, way] = ['pipeline="apps/podinfo",application="podinfo",environment="prod"', 'environment="prod"'];
    assertLines(await lines(), [
      `leafwatch_deployments_total{${labels},status="progressing"} 1`,
      `leafwatch_deployments_total{${labels},status="succeeded"} 1`,
      `leafwatch_deployments_total{${labels},status="failed"} 1`,
      `leafwatch_deployment_duration_seconds_sum{${way}} 14`,
      `leafwatch_changes_total{${labels},result="failed"} 1`,
      'leafwatch_change_lead_time_seconds_sum{pipeline="apps/podinfo",application="podinfo"} 3600',
      `leafwatch_change_restore_seconds_sum{${labels}} 60`,
    ]);
  });

  it('begins to count the changes of a Pipeline when it is seen', async () => {
    const { metrics, lines } = start();
    metrics.learned({ type: 'pipeline-seen', pipeline });
    const labels = 'pipeline="team/podinfo",application="podinfo",environment="dev"';
    const counted = (succeeded: number) => [
      `leafwatch_changes_total{${labels},result="succeeded"} ${succeeded}`,
      `leafwatch_changes_total{${labels},result="failed"} 0`,
    ];
    assertLines(await lines(), counted(0));
    const change = { pipeline: 'team/podinfo', application: 'podinfo', environment: 'dev', version: '1' } as const;
    const changes: readonly Change[] = [{ ...change, result: 'succeeded' }];
    metrics.reconciled({ outcomes: [], wakeAt: undefined, deployments: [], changes });
    metrics.learned({ type: 'pipeline-seen', pipeline });
    assertLines(await lines(), counted(1));
  });

  it('shows how each cluster is watched, and forgets one that is closed', async () => {
    const { world, metrics, lines, pass } = start();
    const learn = (fact: Parameters<typeof world.learn>[0]) => {
      world.learn(fact);
      metrics.learned(fact);
    };
    const cluster = 'flux-system/dev';
    learn({ type: 'cluster-opening', cluster, at: 0 });
    learn({ type: 'releases-listed', cluster, releases: [], at: 1 });
    learn({ type: 'cluster-lost', cluster, failure, at: 2 });
    learn({ type: 'cluster-lost', cluster, failure, at: 3 });
    assertLines(await lines(), [
      'leafwatch_cluster_watch_state{cluster="flux-system/dev",state="lost"} 1',
      'leafwatch_cluster_watch_state{cluster="flux-system/dev",state="live"} 0',
      'leafwatch_cluster_watch_losses_total{cluster="flux-system/dev"} 1',
    ]);
    learn({ type: 'cluster-resumed', cluster, at: 4 });
    assertLines(await lines(), [
      'leafwatch_cluster_watch_state{cluster="flux-system/dev",state="live"} 1',
      'leafwatch_cluster_watch_reconnects_total{cluster="flux-system/dev"} 1',
    ]);
    pass(5_000);
    learn({ type: 'release-seen', cluster, release: aHelmRelease() });
    const certificate = { of: 'client certificate', end: 1_800_000_000_000, secret: 'flux-system/dev' } as const;
    learn({ type: 'cluster-certificates', cluster, certificates: [certificate] });
    assertLines(await lines(), [
      'leafwatch_cluster_watch_state_since_timestamp_seconds{cluster="flux-system/dev"} 0.004',
      'leafwatch_cluster_releases{cluster="flux-system/dev"} 1',
      'leafwatch_cluster_last_event_timestamp_seconds{cluster="flux-system/dev"} 5',
      'leafwatch_cluster_certificate_expiry_seconds{cluster="flux-system/dev",certificate="client certificate"} 1800000000',
    ]);
    learn({ type: 'cluster-closed', cluster });
    assert.doesNotMatch((await lines()).join('\n'), /\{cluster=/);
  });

  it('counts Pipelines and the pull requests that wait', async () => {
    const { world, lines } = start();
    world.learn({ type: 'pipeline-seen', pipeline });
    world.learn({
      type: 'pipeline-unreadable',
      pipeline: { metadata: { ...pipeline.metadata, name: 'other' }, status: {}, problem: 'spec' },
    });
    assertLines(await lines(), [
      'leafwatch_pipelines{ready="True"} 1',
      'leafwatch_pipelines{ready="False"} 1',
      'leafwatch_pipelines{ready="Unknown"} 0',
      'leafwatch_pull_requests_open{environment="staging"} 1',
    ]);
  });

  it('counts promotions that were handed over', async () => {
    const { metrics, lines } = start();
    const { pipeline: of, environment, revision, from } = promotion;
    const announcement = { type: 'Normal', reason: 'Promote', message: 'Promote' } as const;
    const handover = { pipeline: of, environment, revision, from, uid: 'u', id: 'i', announcement };
    const outcomes = [{ type: 'handed-over', promotion: handover }] as const;
    metrics.reconciled({ outcomes, deployments: [], changes: [], wakeAt: undefined });
    assertLines(await lines(), ['leafwatch_promotions_total{environment="staging",state="notified"} 1']);
  });

  it('counts what receivers were told and were not, and how much waits', async () => {
    const { metrics, lines } = start();
    assert.doesNotMatch((await lines()).join('\n'), /receiver=/);
    metrics.newsWaiting('flux', () => 7);
    metrics.newsSent('flux');
    metrics.newsLost('flux', 'overflow');
    assertLines(await lines(), [
      'leafwatch_events_sent_total{receiver="flux"} 1',
      'leafwatch_events_dropped_total{receiver="flux",reason="overflow"} 1',
      'leafwatch_events_dropped_total{receiver="flux",reason="expired"} 0',
      'leafwatch_events_waiting{receiver="flux"} 7',
    ]);
  });

  it('counts what webhooks were answered, and measures watches by them', async () => {
    const { metrics, lines } = start();
    for (const status of [202, 202, 401]) metrics.webhookAnswered({ status });
    metrics.webhookConfirmed(0);
    metrics.webhookConfirmed(70);
    metrics.webhookUnconfirmed('apps/prod');
    assertLines(await lines(), [
      'leafwatch_webhook_requests_total{code="202"} 2',
      'leafwatch_webhook_requests_total{code="401"} 1',
      'leafwatch_watch_confirmation_seconds_bucket{le="0.001"} 1',
      'leafwatch_watch_confirmation_seconds_bucket{le="0.1"} 2',
      'leafwatch_watch_confirmation_seconds_sum 0.07',
      'leafwatch_watch_unconfirmed_total{cluster="apps/prod"} 1',
    ]);
  });

  it('counts requests and tells who leads', async () => {
    const { metrics, lines } = start();
    metrics.answered('GET', '10.0.0.1:6443', '200');
    metrics.answered('GET', '10.0.0.1:6443', '<error>');
    metrics.led(true);
    assertLines(await lines(), [
      'rest_client_requests_total{code="200",method="GET",host="10.0.0.1:6443"} 1',
      'rest_client_requests_total{code="<error>",method="GET",host="10.0.0.1:6443"} 1',
      'leader_election_master_status{name="leafwatch"} 1',
    ]);
  });
});
