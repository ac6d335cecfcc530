import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../model/action.ts';
import type { Change } from '../model/change.ts';
import type { Clock } from '../model/clock.ts';
import type { ClusterKey } from '../model/cluster.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Fact } from '../model/fact.ts';
import type { World } from '../model/world.ts';
import type { WorkqueueMonitor } from '../stream/workqueue.ts';
import { clusterMetrics } from './cluster-metrics.ts';
import { deploymentMetrics } from './deployment-metrics.ts';
import { newsMetrics, type NewsMetrics } from './news-metrics.ts';
import { pipelineMetrics } from './pipeline-metrics.ts';
import { workqueueMetrics } from './workqueue-metrics.ts';

/** What is counted and measured, as functions that are told of it. */
export interface Metrics extends NewsMetrics {
  readonly workqueue: WorkqueueMonitor<string>;
  /** Told of each look at a Pipeline. */
  readonly reconciled: (reconciliation: {
    readonly outcomes: readonly Outcome[];
    readonly deployments: readonly Deployment[];
    readonly changes: readonly Change[];
    readonly wakeAt: number | undefined;
  }) => void;
  readonly learned: (fact: Fact) => void;
  /** Told of each answer of an API server; `code` is `<error>` where none came. */
  readonly answered: (method: string, host: string, code: string) => void;
  readonly led: (leading: boolean) => void;
  /** Told of each answer that a webhook gets. */
  readonly webhookAnswered: (reply: { readonly status: number }) => void;
  /** Told how long after a signed event a watch has shown the same, milliseconds. */
  readonly webhookConfirmed: (lag: number) => void;
  readonly webhookUnconfirmed: (cluster: ClusterKey) => void;
  /** The page that Prometheus reads. */
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface MetricsOptions {
  readonly version: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly world: Pick<World, 'clusters' | 'releaseCount' | 'certificates' | 'pipelines' | 'pipeline'>;
  readonly concurrency: number;
  /** The Lease's name. */
  readonly lease: string;
  /** Where they are registered; a registry of their own when absent. */
  readonly registry?: Registry;
}

const controller = 'pipeline';

/** Metrics: ours, those of the process, and controller-runtime's names where they exist. */
export const createMetrics = ({
  version,
  clock,
  world,
  concurrency,
  lease,
  registry = new Registry(),
}: MetricsOptions): Metrics => {
  collectDefaultMetrics({ register: registry });
  constants(registry, version, concurrency);
  const outcome = pipelineMetrics(registry, world);
  const deployed = deploymentMetrics(registry);
  const watched = clusterMetrics(registry, world, clock);
  const count = reconcileCounters(registry);
  const leader = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this process leads.',
    labelNames: ['name'],
    registers: [registry],
  });
  leader.set({ name: lease }, 0);
  return {
    workqueue: workqueueMetrics(registry, clock),
    reconciled: (reconciliation) => {
      reconciliation.outcomes.forEach(outcome);
      deployed.told(reconciliation);
      count(reconciliation);
    },
    learned: (fact) => {
      watched(fact);
      deployed.learned(fact);
    },
    answered: requestCounter(registry),
    ...webhookMetrics(registry),
    ...newsMetrics(registry),
    led: (leading) => leader.set({ name: lease }, leading ? 1 : 0),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
};

const constants = (registry: Registry, version: string, concurrency: number): void => {
  const registers = [registry];
  new Gauge({
    name: 'leafwatch_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1);
  new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'How many Pipelines may be looked at at a time.',
    labelNames: ['controller'],
    registers,
  }).set({ controller }, concurrency);
};

const reconcileCounters = (registry: Registry): Metrics['reconciled'] => {
  const registers = [registry];
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Looks at a Pipeline, by what they came to.',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Looks at a Pipeline in which an action did not succeed.',
    labelNames: ['controller'],
    registers,
  });
  for (const result of ['success', 'error', 'requeue', 'requeue_after']) total.inc({ controller, result }, 0);
  errors.inc({ controller }, 0);
  return ({ outcomes, wakeAt }) => {
    const failed = outcomes.some(({ type }) => type === 'failed');
    if (failed) errors.inc({ controller });
    total.inc({ controller, result: failed ? 'error' : wakeAt === undefined ? 'success' : 'requeue_after' });
  };
};

const webhookMetrics = (
  registry: Registry,
): Pick<Metrics, 'webhookAnswered' | 'webhookConfirmed' | 'webhookUnconfirmed'> => {
  const lags = new Histogram({
    name: 'leafwatch_watch_confirmation_seconds',
    help: 'From a signed event about a watched release until its watch had shown the same; 0 where it had before.',
    buckets: [0.001, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  const unconfirmed = new Counter({
    name: 'leafwatch_watch_unconfirmed_total',
    help: 'Signed events that the watch of a cluster has not shown within 10 s, so that it was opened anew.',
    labelNames: ['cluster'],
    registers: [registry],
  });
  const answers = new Counter({
    name: 'leafwatch_webhook_requests_total',
    help: 'Answers to webhooks, by status.',
    labelNames: ['code'],
    registers: [registry],
  });
  return {
    webhookAnswered: ({ status }) => answers.inc({ code: status }),
    webhookConfirmed: (lag) => lags.observe(lag / 1000),
    webhookUnconfirmed: (cluster) => unconfirmed.inc({ cluster }),
  };
};

const requestCounter = (registry: Registry): Metrics['answered'] => {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to API servers, by status, method and host.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  });
  return (method, host, code) => requests.inc({ code, method, host });
};
