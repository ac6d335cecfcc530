import assert from 'node:assert/strict';
import { createWorld } from '../src/model/world.ts';
import { createReconcile } from '../src/reconcile.ts';
import { aPipeline, runs, start } from './support/builders.ts';
import { retryDelays } from './support/given.ts';
import { anOutside } from './support/outside.ts';

describe('reconcile, while the watch is late', () => {
  it('asks once to take off an annotation that is gone already', async () => {
    const annotations = { 'pipelines.weave.works/retry.prod': '6.1.4' };
    const outside = anOutside(aPipeline());
    const world = createWorld();
    const late = { ...outside.stored(), metadata: { ...outside.stored().metadata, annotations } };
    for (const fact of [runs('dev', '6.1.4'), runs('prod', '6.1.4')]) world.learn(fact);
    world.learn({ type: 'pipeline-seen', pipeline: late });
    const look = createReconcile({
      world,
      perform: outside.perform,
      leading: () => true,
      clock: { now: () => start, random: () => 0 },
      retryDelays,
      pullRequestInterval: 60_000,
    });
    const { finished } = await look('apps/podinfo');
    assert.equal(finished, true);
    assert.equal(outside.done.filter((words) => words.startsWith('remove')).length, 1);
  });
});
