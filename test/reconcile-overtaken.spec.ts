import assert from 'node:assert/strict';
import type { Action, Outcome } from '../src/model/action.ts';
import type { PromotionRecord } from '../src/model/pipeline-status.ts';
import { createWorld } from '../src/model/world.ts';
import { createReconcile } from '../src/reconcile.ts';
import { aFailure, aPipeline, aRepository, runs, start } from './support/builders.ts';
import { retryDelays } from './support/given.ts';
import { anOutside } from './support/outside.ts';

const key = 'apps/podinfo';
const branch = 'promotions/apps/podinfo/prod/6.1.5';
const begun = { revision: '6.1.5', from: 'dev', state: 'Opening', startedAt: '2026-03-02T10:00:00Z' } as const;
const another = { url: 'https://forge.example/9', number: 9, branch, state: 'open' } as const;
const goneOn: PromotionRecord = { ...begun, revision: '6.1.6', state: 'Open', pullRequest: another };
const history = [{ ...begun, state: 'Superseded', finishedAt: begun.startedAt }] as const;

/** A controller that is about to open a pull request, and whatever another one, which believes that it leads, writes meanwhile. */
const aController = () => {
  const outside = anOutside(aPipeline());
  const world = createWorld();
  for (const fact of [...outside.facts(), runs('dev', '6.1.5'), runs('prod', '6.1.4')]) world.learn(fact);
  const state = { leading: true, now: start };
  const reconcile = createReconcile({
    world,
    perform: outside.perform,
    leading: () => state.leading,
    clock: { now: () => state.now, random: () => 0 },
    retryDelays,
    pullRequestInterval: 60_000,
  });
  return {
    outside,
    state,
    look: () => reconcile(key),
    write: (promotion: PromotionRecord) => {
      const memory = promotion.revision === begun.revision ? { promotion } : { promotion, history: [...history] };
      outside.change((pipeline) => ({ ...pipeline, status: { environments: { prod: memory } } }));
    },
    /** The watch shows what is there. */
    watch: () => outside.facts().forEach((fact) => world.learn(fact)),
    record: () => outside.stored().status.environments?.['prod']?.promotion,
    opens: (moment: 'before' | 'after', happens: (action: Action) => Outcome | undefined) => {
      outside.interrupt = (when, action) =>
        when === moment && action.type === 'open-pull-request' ? happens(action) : undefined;
    },
  };
};

describe('reconcile, overtaken by another controller', () => {
  it('closes what it opened too late although it leads no more', async () => {
    const { outside, state, look, write, watch, opens } = aController();
    opens('after', () => {
      state.leading = false;
      return undefined;
    });
    await look();
    assert.deepEqual(outside.closed, [], 'it may be adopted');
    write(goneOn);
    watch();
    const done = outside.done.length;
    await look();
    assert.deepEqual(outside.closed, [branch]);
    assert.equal(outside.done.length, done + 1);
    await look();
    assert.equal(outside.done.length, done + 1);
  });

  it('closes what it opened too late once it can read the status again', async () => {
    const { outside, look, write, watch } = aController();
    outside.interrupt = (moment, action) =>
      moment === 'before' && action.type === 'write-status' && outside.opened.length > 0
        ? { type: 'failed', action, failure: aFailure() }
        : undefined;
    assert.equal((await look()).finished, false);
    outside.interrupt = () => undefined;
    write(goneOn);
    watch();
    await look();
    assert.deepEqual(outside.closed, [branch]);
  });

  it('keeps the pull request that the other one knows, and closes its own', async () => {
    const { outside, look, write, opens, record } = aController();
    opens('after', () => {
      write({ ...begun, state: 'Open', repository: aRepository(), pullRequest: another });
      return undefined;
    });
    await look();
    assert.deepEqual(outside.closed, [branch]);
    assert.deepEqual([record()?.state, record()?.pullRequest?.number], ['Open', 9]);
  });

  it('does not take for its own what it finds of an attempt before the one that the other has begun', async () => {
    const { look, write, opens, record } = aController();
    opens('before', (action) => {
      write({ ...begun, retry: 1, state: 'Open', pullRequest: { ...another, branch: `${branch}=r1` } });
      if (action.type !== 'open-pull-request') return undefined;
      const pullRequest = { ...another, number: 1, state: 'closed' } as const;
      return { type: 'pull-request-seen', promotion: action.promotion, pullRequest, opened: false };
    });
    await look();
    assert.deepEqual([record()?.state, record()?.retry, record()?.pullRequest?.number], ['Open', 1, 9]);
  });
});
