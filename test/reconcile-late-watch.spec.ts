import assert from 'node:assert/strict';
import type { Fact } from '../src/model/fact.ts';
import { createWorld } from '../src/model/world.ts';
import { createReconcile } from '../src/reconcile.ts';
import { aPipeline, runs, start } from './support/builders.ts';
import { retryDelays } from './support/given.ts';
import { anOutside } from './support/outside.ts';

const annotation = 'pipelines.weave.works/retry.prod';

describe('reconcile, while the watch is late', () => {
  it('asks once to take off an annotation that is gone already', async () => {
    const outside = anOutside(aPipeline());
    const world = createWorld();
    const shown: Fact[] = [];
    outside.changes.subscribe((fact) => shown.push(fact));
    for (const fact of [...outside.facts(), runs('dev', '6.1.4'), runs('prod', '6.1.4')]) world.learn(fact);
    const look = createReconcile({
      world,
      perform: outside.perform,
      leading: () => true,
      clock: { now: () => start, random: () => 0 },
      retryDelays,
      pullRequestInterval: 60_000,
    });
    await look('apps/podinfo');
    for (const annotations of [{ [annotation]: '6.1.4' }, {}])
      outside.change((pipeline) => ({ ...pipeline, metadata: { ...pipeline.metadata, annotations } }));
    world.learn(shown.at(-2)!);

    const { finished } = await look('apps/podinfo');
    assert.equal(finished, true);
    assert.deepEqual(
      outside.done.filter((words) => words.startsWith('remove')),
      [`remove retry.prod=6.1.4`],
    );
  });
});
