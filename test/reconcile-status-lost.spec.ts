import assert from 'node:assert/strict';
import type { Fact } from '../src/model/fact.ts';
import { createWorld } from '../src/model/world.ts';
import { createReconcile } from '../src/reconcile.ts';
import { aPipeline, minutes, pullRequests, runs, start } from './support/builders.ts';
import { retryDelays } from './support/given.ts';
import { anOutside } from './support/outside.ts';

const key = 'apps/podinfo';

/** A controller and a Pipeline that somebody may delete and create from git again. */
const aController = (promotion = pullRequests) => {
  const outside = anOutside(aPipeline({ promotion }));
  const world = createWorld();
  for (const fact of [...outside.facts(), runs('dev', '6.1.5'), runs('prod', '6.1.4')]) world.learn(fact);
  outside.changes.subscribe((fact) => world.learn(fact));
  let now = start;
  const reconcile = createReconcile({
    world,
    perform: outside.perform,
    leading: () => true,
    clock: { now: () => now, random: () => 0 },
    retryDelays,
    pullRequestInterval: 60_000,
  });
  return {
    outside,
    learn: (fact: Fact) => world.learn(fact),
    look: async () => {
      now += 600_000;
      await reconcile(key);
      return outside.stored().status.environments?.['prod'] ?? {};
    },
    ask: (verb: string, revision: string) =>
      outside.change(({ metadata, ...pipeline }) => ({
        ...pipeline,
        metadata: { ...metadata, annotations: { [`pipelines.weave.works/${verb}.prod`]: revision } },
      })),
    createAnew: () =>
      outside.change(({ metadata, spec }) => ({
        spec,
        status: {},
        metadata: { ...metadata, uid: `${metadata.uid}'`, annotations: {} },
      })),
  };
};

describe('a status that was lost, since its object was created anew from git', () => {
  it('is rebuilt while the pull request is open: it is found, and none is opened', async () => {
    const { outside, look, createAnew } = aController();
    const before = await look();
    createAnew();
    const after = await look();
    assert.deepEqual([after.promotion?.state, after.promotion?.pullRequest], ['Open', before.promotion?.pullRequest]);
    assert.deepEqual([after.revision, after.message], ['6.1.4', before.message?.replace('10:10', '10:20')]);
    assert.equal(outside.opened.length, 1);
  });

  it('is rebuilt when the pull request was merged meanwhile, and the promotion succeeds', async () => {
    const { outside, look, createAnew, learn } = aController();
    await look();
    outside.settle(1, 'merged');
    createAnew();
    assert.equal((await look()).promotion?.state, 'Merged');
    learn(runs('prod', '6.1.5'));
    assert.equal((await look()).promotion?.state, 'Succeeded');
    assert.equal(outside.opened.length, 1);
  });

  it('is rebuilt when a person had closed the pull request: it stays closed', async () => {
    const { outside, look, createAnew } = aController();
    await look();
    outside.settle(1, 'closed');
    createAnew();
    const { promotion, history } = await look();
    assert.deepEqual([promotion?.state, history?.map(({ state }) => state)], ['Closed', ['Closed']]);
    await look();
    assert.equal(outside.opened.length, 1);
  });

  it('needs nothing rebuilt where the destination runs the version', async () => {
    const { outside, look, createAnew, learn } = aController();
    await look();
    outside.settle(1, 'merged');
    learn(runs('prod', '6.1.5'));
    await look();
    createAnew();
    const { promotion, message } = await look();
    assert.deepEqual([promotion, message], [undefined, 'runs 6.1.5, as dev does']);
    assert.equal(outside.opened.length, 1);
  });

  it('finds the pull request of a second try where it is asked for anew, and opens no third', async () => {
    const { outside, look, createAnew, ask } = aController();
    await look();
    outside.settle(1, 'closed');
    await look();
    ask('retry', '6.1.5');
    await look();
    createAnew();
    assert.equal((await look()).promotion?.state, 'Closed');
    ask('retry', '6.1.5');
    const { promotion } = await look();
    assert.deepEqual([promotion?.state, promotion?.pullRequest?.number], ['Open', 2]);
    assert.equal(outside.opened.length, 2);
  });

  it('asks for an approval again, which is for nobody else to remember, and opens no second pull request', async () => {
    const { outside, look, createAnew, ask } = aController({ ...pullRequests, manual: true });
    ask('approve', '6.1.5');
    assert.equal((await look()).promotion?.state, 'Open');
    createAnew();
    assert.deepEqual((await look()).waitingApproval, { revision: '6.1.5' });
    ask('approve', '6.1.5');
    assert.equal((await look()).promotion?.state, 'Open');
    assert.equal(outside.opened.length, 1);
  });

  it('begins no soak again: the objects tell since when they are well', async () => {
    const { outside, look, createAnew, learn } = aController({ ...pullRequests, soak: '30m' });
    const well = { ready: { since: minutes(0) }, deployed: { lastDeployed: minutes(0) } };
    learn(runs('dev', '6.1.5', well));
    await look();
    createAnew();
    await look();
    assert.equal(outside.opened.length, 0);
    assert.equal((await look()).promotion?.state, 'Open');
  });
});
