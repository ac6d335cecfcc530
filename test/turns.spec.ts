import assert from 'node:assert/strict';
import { merge, NEVER, of, Subject } from 'rxjs';
import { engine } from '../src/engine.ts';
import type { Action, Outcome, Promotion } from '../src/model/action.ts';
import type { Fact } from '../src/model/fact.ts';
import type { ObjectKey } from '../src/model/object-key.ts';
import type { Pipeline } from '../src/model/pipeline.ts';
import { createWorld } from '../src/model/world.ts';
import { hostSlots } from '../src/sinks/host-slots.ts';
import { aFailure, aPipeline, runs, start } from './support/builders.ts';
import { retryDelays } from './support/given.ts';
import { letPass, settled } from './support/let-pass.ts';
import { anOutside } from './support/outside.ts';
import { virtualTime } from './support/virtual-time.ts';

/** What one promotion takes at a host, milliseconds: as a forge in the cloud that is asked ten questions. */
const visit = 3_000;
const silence = 30_000;
const slow = 'slow.example';
const hangs = 'hangs.example';

const aPipelineAt = (host: string, number: number): Pipeline =>
  aPipeline({
    name: `${host.split('.')[0]}-${number}`,
    uid: `${host}-${number}`,
    promotion: {
      strategy: {
        'pull-request': {
          type: 'github',
          url: `https://${host}/org/config`,
          baseBranch: 'main',
          secretRef: { name: 'forge' },
        },
      },
    },
  });

/** A controller that works on four Pipelines at a time and has two slots for each host; one of them answers slowly, and one never. */
const aController = (pipelines: readonly Pipeline[]) => {
  const time = virtualTime({ start });
  const outside = anOutside(...pipelines);
  const facts = new Subject<Fact>();
  const at = { now: 0, most: 0 };
  const hostOf = ({ strategy }: Promotion) => new URL(strategy.url).host;
  const slots = hostSlots({
    limit: 2,
    ...{ patience: 60_000, grace: 5_000, clock: time.clock },
    later: (run, delay) => time.scheduler.schedule(run, delay),
    onTurn: ({ pipeline, environment }) => facts.next({ type: 'promotion-unblocked', pipeline, environment }),
  });
  const passes = (milliseconds: number) =>
    new Promise<void>((resolve) => void time.scheduler.schedule(() => resolve(), milliseconds));
  const visitHost = async (action: Action & { readonly promotion: Promotion }): Promise<Outcome> => {
    const hung = hostOf(action.promotion) === hangs;
    at.now += 1;
    at.most = Math.max(at.most, at.now);
    await passes(hung ? silence : visit);
    at.now -= 1;
    return hung ? { type: 'failed', action, failure: aFailure() } : outside.perform(action);
  };
  const subscription = engine({
    world: createWorld(),
    perform: (action) =>
      action.type === 'open-pull-request'
        ? slots(hostOf(action.promotion), action.promotion, () => visitHost(action))
        : outside.perform(action),
    facts: merge(of(runs('dev', '6.1.5'), runs('prod', '6.1.4'), ...outside.facts()), outside.changes, facts, NEVER),
    leading: of(true),
    stop: NEVER,
    concurrency: 4,
    scheduler: time.scheduler,
    clock: time.clock,
    retryDelays,
    pullRequestInterval: 3_600_000,
  }).subscribe();
  return {
    outside,
    at,
    passes: (milliseconds: number) => letPass(time, milliseconds),
    drop: (pipeline: ObjectKey) => facts.next({ type: 'pipeline-gone', pipeline }),
    stop: () => subscription.unsubscribe(),
  };
};

const aHundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe('many promotions at one host', () => {
  it('take turns without a pause, each once, and as many at a time as may', async () => {
    const { outside, at, passes, stop } = aController(aHundred.map((number) => aPipelineAt(slow, number)));
    await passes((aHundred.length / 2) * visit);
    assert.equal(outside.opened.length, aHundred.length);
    assert.equal(at.most, 2);
    assert.equal(outside.done.filter((words) => words.startsWith('open')).length, aHundred.length);
    stop();
  });

  it('say what they wait for, which is no failure', async () => {
    const { outside, stop } = aController(aHundred.map((number) => aPipelineAt(slow, number)));
    await settled();
    const { conditions = [], environments = {} } = outside.stored('apps/slow-50').status;
    assert.equal(environments['prod']?.promotion?.message, `other promotions are at ${slow}`);
    assert.deepEqual(
      conditions.slice(0, 2).map(({ type, status, reason }) => [type, status, reason]),
      [
        ['Ready', 'True', 'ReconciliationSucceeded'],
        ['Reconciling', 'True', 'Progressing'],
      ],
    );
    assert.equal(conditions[1]?.message, `6.1.5 waits for its turn: other promotions are at ${slow}`);
    stop();
  });

  it('leave nothing behind of it that they waited', async () => {
    const { outside, passes, stop } = aController(aHundred.map((number) => aPipelineAt(slow, number)));
    await passes((aHundred.length / 2) * visit);
    for (const number of aHundred) {
      const record = outside.stored(`apps/slow-${number}`).status.environments?.['prod']?.promotion;
      assert.deepEqual([record?.state, record?.message, record?.attempts], ['Open', undefined, undefined]);
    }
    stop();
  });

  it('are written about a few times each, however long they wait', async () => {
    const { outside, passes, stop } = aController(aHundred.map((number) => aPipelineAt(slow, number)));
    await passes((aHundred.length / 2) * visit);
    const writes = outside.done.filter((words) => words.startsWith('write')).length;
    assert.ok(writes <= 6 * aHundred.length, `${writes} writes`);
    stop();
  });

  it('do not wait for those of Pipelines that are deleted meanwhile', async () => {
    const { outside, passes, stop, drop } = aController(aHundred.map((number) => aPipelineAt(slow, number)));
    await settled();
    for (const number of aHundred) if (number > 4 && number <= 90) drop(`apps/slow-${number}`);
    await passes(52_000);
    assert.equal(outside.opened.length, 4 + 10, 'those behind them have not had to look by themselves');
    stop();
  });

  it('hold up nobody at another host, also where theirs never answers', async () => {
    const pipelines = aHundred.flatMap((number) => [aPipelineAt(hangs, number), aPipelineAt(slow, number)]);
    const { outside, passes, stop } = aController(pipelines);
    await passes((aHundred.length / 2) * visit + 1_000);
    assert.equal(outside.opened.length, aHundred.length);
    stop();
  });
});
