import { Counter, Gauge, type Registry } from 'prom-client';
import type { Outcome } from '../model/action.ts';
import { isReadable } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';

/** How the Pipelines are when somebody asks, and what became of promotions as outcomes tell. Labels are bounded by environments and reasons. */
export const pipelineMetrics = (
  registry: Registry,
  world: Pick<World, 'pipelines' | 'pipeline'>,
): ((outcome: Outcome) => void) => {
  const registers = [registry];
  new Gauge({
    name: 'leafwatch_pipelines',
    help: 'Pipelines by their Ready condition.',
    labelNames: ['ready'],
    registers,
    collect() {
      this.reset();
      for (const ready of ['True', 'False', 'Unknown']) this.set({ ready }, 0);
      for (const ready of readiness(world)) this.inc({ ready });
    },
  });
  new Gauge({
    name: 'leafwatch_pull_requests_open',
    help: 'Pull requests of promotions that wait to be merged, by the environment they promote into.',
    labelNames: ['environment'],
    registers,
    collect() {
      this.reset();
      for (const environment of openPullRequests(world)) this.inc({ environment });
    },
  });
  const promotions = new Counter({
    name: 'leafwatch_promotions_total',
    help: 'Promotions whose pull requests were opened, merged, and closed by somebody, and those that were handed over (notified), by the environment they promote into.',
    labelNames: ['environment', 'state'],
    registers,
  });
  const failures = new Counter({
    name: 'leafwatch_failures_total',
    help: 'Actions that did not succeed, by what was to be done, why, and what happens next.',
    labelNames: ['action', 'reason', 'remedy'],
    registers,
  });
  return (outcome) => {
    if (outcome.type === 'failed') {
      const { reason, remedy } = outcome.failure;
      failures.inc({ action: outcome.action.type, reason, remedy });
    }
    if (outcome.type === 'handed-over')
      promotions.inc({ environment: outcome.promotion.environment, state: 'notified' });
    if (outcome.type !== 'pull-request-seen') return;
    const { promotion, pullRequest, opened } = outcome;
    const state = opened ? 'opened' : pullRequest.state;
    if (state !== 'open') promotions.inc({ environment: promotion.environment, state });
  };
};

function* readiness(world: Pick<World, 'pipelines' | 'pipeline'>): Iterable<string> {
  for (const key of world.pipelines()) {
    const pipeline = world.pipeline(key);
    if (!pipeline) continue;
    const conditions = isReadable(pipeline) ? (pipeline.status.conditions ?? []) : [];
    yield isReadable(pipeline) ? (conditions.find(({ type }) => type === 'Ready')?.status ?? 'Unknown') : 'False';
  }
}

function* openPullRequests(world: Pick<World, 'pipelines' | 'pipeline'>): Iterable<string> {
  for (const key of world.pipelines()) {
    const pipeline = world.pipeline(key);
    if (!pipeline || !isReadable(pipeline)) continue;
    for (const [environment, { promotion }] of Object.entries(pipeline.status.environments ?? {}))
      if (promotion?.state === 'Open') yield environment;
  }
}
