import { Counter, exponentialBuckets, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../model/clock.ts';
import type { WorkqueueMonitor } from '../stream/workqueue.ts';

const labels = { name: 'pipeline', controller: 'pipeline' };
const labelNames = ['name', 'controller'] as const;
const reconcileBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const queueBuckets = exponentialBuckets(1e-4, 10, 7);

/** The workqueue's metrics under the names of controller-runtime and client-go, for one controller, `pipeline`. */
export const workqueueMetrics = (registry: Registry, clock: Pick<Clock, 'now'>): WorkqueueMonitor<string> => {
  const registers = [registry];
  const adds = new Counter({
    name: 'workqueue_adds_total',
    help: 'Pipelines handed to the workqueue.',
    labelNames,
    registers,
  });
  const depth = new Gauge({
    name: 'workqueue_depth',
    help: 'Pipelines that wait to be looked at.',
    labelNames,
    registers,
  });
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long a Pipeline waits in the workqueue before it is looked at.',
    labelNames,
    buckets: queueBuckets,
    registers,
  });
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long looking at a Pipeline takes, its actions included.',
    labelNames,
    buckets: queueBuckets,
    registers,
  });
  const reconciled = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long looking at a Pipeline takes, its actions included.',
    labelNames: ['controller'],
    buckets: reconcileBuckets,
    registers,
  });
  const addedAt = new Map<string, number>();
  const startedAt = new Map<string, number>();
  const since = (time: number): number => (clock.now() - time) / 1000;
  runningMetrics(registry, startedAt, since);
  depth.set(labels, 0);
  adds.inc(labels, 0);

  return {
    added: (key, waiting) => {
      adds.inc(labels);
      depth.set(labels, waiting);
      if (!addedAt.has(key)) addedAt.set(key, clock.now());
    },
    started: (key, waiting) => {
      depth.set(labels, waiting);
      waited.observe(labels, since(addedAt.get(key) ?? clock.now()));
      addedAt.delete(key);
      startedAt.set(key, clock.now());
    },
    finished: (key) => {
      const seconds = since(startedAt.get(key) ?? clock.now());
      startedAt.delete(key);
      worked.observe(labels, seconds);
      reconciled.observe({ controller: labels.controller }, seconds);
    },
  };
};

/** What is told of the work under way, looked up when somebody asks. */
const runningMetrics = (
  registry: Registry,
  startedAt: ReadonlyMap<string, number>,
  since: (time: number) => number,
): void => {
  const registers = [registry];
  const ages = (): number[] => [...startedAt.values()].map(since);
  new Gauge({
    name: 'workqueue_unfinished_work_seconds',
    help: 'Seconds of work under way, over all Pipelines that are being looked at.',
    labelNames,
    registers,
    collect() {
      this.set(
        labels,
        ages().reduce((sum, age) => sum + age, 0),
      );
    },
  });
  new Gauge({
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How long the Pipeline that takes longest has been looked at.',
    labelNames,
    registers,
    collect() {
      this.set(labels, Math.max(0, ...ages()));
    },
  });
  new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Pipelines that are being looked at.',
    labelNames: ['controller'],
    registers,
    collect() {
      this.set({ controller: labels.controller }, startedAt.size);
    },
  });
};
