import { Counter, Histogram, type Registry } from 'prom-client';
import type { Change } from '../model/change.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Fact } from '../model/fact.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';

const [minute, hour, day] = [60, 3600, 86_400];

interface DeploymentMetrics {
  readonly told: (news: { readonly deployments: readonly Deployment[]; readonly changes: readonly Change[] }) => void;
  readonly learned: (fact: Fact) => void;
}

/** What became of deployments and of changes, as looks at Pipelines tell. Labels are bounded by the environments of Pipelines, never by targets. */
export const deploymentMetrics = (registry: Registry): DeploymentMetrics => {
  const registers = [registry];
  const deployments = new Counter({
    name: 'leafwatch_deployments_total',
    help: 'Deployments of a version to a target, by what they have come to.',
    labelNames: ['pipeline', 'application', 'environment', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'leafwatch_deployment_duration_seconds',
    help: 'How long deployments to a target took that succeeded, by environment.',
    labelNames: ['environment'],
    buckets: [1, 5, 15, 30, minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute, hour],
    registers,
  });
  const changes = new Counter({
    name: 'leafwatch_changes_total',
    help: 'Versions that came to an environment as a whole, by whether all targets settled on them or one failed first. Their rate is the deployment frequency, the share of failed ones the change failure rate.',
    labelNames: ['pipeline', 'application', 'environment', 'result'],
    registers,
  });
  const leadTimes = new Histogram({
    name: 'leafwatch_change_lead_time_seconds',
    help: 'From when the first environment had settled on a version until the last one had.',
    labelNames: ['pipeline', 'application'],
    buckets: [5 * minute, 15 * minute, hour, 4 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day],
    registers,
  });
  const restores = new Histogram({
    name: 'leafwatch_change_restore_seconds',
    help: 'From when a version had failed in an environment until all of its targets were settled again, or rolled back.',
    labelNames: ['pipeline', 'application', 'environment'],
    buckets: [minute, 5 * minute, 15 * minute, hour, 4 * hour, 12 * hour, day, 7 * day],
    registers,
  });
  const told: DeploymentMetrics['told'] = (news) => {
    for (const { pipeline, application, environment, status, duration } of news.deployments) {
      deployments.inc({ pipeline, application, environment, status });
      if (status === 'succeeded' && duration !== undefined) durations.observe({ environment }, duration / 1000);
    }
    for (const { pipeline, application, environment, result, leadTime, restoreTime } of news.changes) {
      if (result !== undefined) changes.inc({ pipeline, application, environment, result });
      if (leadTime !== undefined) leadTimes.observe({ pipeline, application }, leadTime / 1000);
      if (restoreTime !== undefined) restores.observe({ pipeline, application, environment }, restoreTime / 1000);
    }
  };
  const learned: DeploymentMetrics['learned'] = (fact) => {
    if (fact.type === 'pipeline-seen') beginChanges(changes, fact.pipeline);
  };
  return { told, learned };
};

/** Begins the counts of a Pipeline with 0: of a series that begins with its first change Prometheus would not count that one. */
const beginChanges = (
  changes: Counter<'pipeline' | 'application' | 'environment' | 'result'>,
  pipeline: Pipeline,
): void => {
  const of = { pipeline: keyOfPipeline(pipeline), application: pipeline.spec.appRef.name };
  for (const { name: environment } of pipeline.spec.environments)
    for (const result of ['succeeded', 'failed']) changes.inc({ ...of, environment, result }, 0);
};
