import assert from 'node:assert/strict';
import { BehaviorSubject, from, merge, NEVER, Subject, type Subscription } from 'rxjs';
import { engine } from '../src/engine.ts';
import type { Action, Outcome } from '../src/model/action.ts';
import type { Fact } from '../src/model/fact.ts';
import { createWorld, type Learner, type World } from '../src/model/world.ts';
import type { Reconciliation } from '../src/reconcile.ts';
import {
  aFailure,
  anEnvironment,
  aPipeline,
  aRepository,
  isBack,
  isLost,
  runs,
  start,
  thenRuns,
} from './support/builders.ts';
import { retryDelays } from './support/given.ts';
import { letPass, settled } from './support/let-pass.ts';
import { anOutside, type Outside } from './support/outside.ts';
import { virtualTime, type VirtualTime } from './support/virtual-time.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const interval = 60_000;

interface ControllerParts {
  readonly time?: VirtualTime;
  readonly leads?: boolean;
  readonly facts?: readonly Fact[];
  readonly world?: World & Learner;
}

/** A controller in virtual time: what it knows at first is what runs and what is stored outside, and then what the watches show. */
const aController = (
  outside: Outside,
  { time = virtualTime({ start }), leads = true, facts = due, world = createWorld() }: ControllerParts = {},
) => {
  const told = new Subject<Fact>();
  const leading = new BehaviorSubject(leads);
  const stop = new Subject<void>();
  const looks: Reconciliation[] = [];
  const state = { completed: false };
  const subscription: Subscription = engine({
    world,
    perform: outside.perform,
    facts: merge(from([...facts, ...outside.facts()]), outside.changes, told, NEVER),
    leading,
    stop,
    concurrency: 2,
    scheduler: time.scheduler,
    clock: time.clock,
    retryDelays,
    pullRequestInterval: interval,
  }).subscribe({ next: (look) => looks.push(look), complete: () => (state.completed = true) });
  return {
    time,
    leading,
    stop,
    looks,
    state,
    tell: async (...added: readonly Fact[]) => {
      for (const fact of added) told.next(fact);
      await settled();
    },
    passes: (seconds: number) => letPass(time, seconds * 1000),
    crash: () => subscription.unsubscribe(),
  };
};

const record = ({ stored }: Outside, environment = 'prod') => stored().status.environments?.[environment]?.promotion;
const acts = ({ done }: Outside): readonly string[] => done.filter((words) => /^(open|follow)/.test(words));
const failing =
  (type: Action['type'], parts: Parameters<typeof aFailure>[0] = {}) =>
  (_moment: 'before' | 'after', action: Action): Outcome | undefined =>
    action.type === type ? { type: 'failed', action, failure: aFailure(parts) } : undefined;

describe('the engine', () => {
  it('looks at a Pipeline again later when a bug has ended the look, and goes on with all others', async () => {
    const outside = anOutside(aPipeline());
    const time = virtualTime({ start });
    let broken = true;
    const known = createWorld();
    const world = {
      ...known,
      release: (...place: Parameters<typeof known.release>) => {
        if (broken) throw new Error('a bug');
        return known.release(...place);
      },
    };
    const { looks, passes } = aController(outside, { time, world });
    await passes(0);
    assert.match(looks[0]?.bug?.message ?? '', /^deciding on Pipeline apps\/podinfo: a bug$/);
    broken = false;
    await passes(5);
    assert.deepEqual(acts(outside), ['open 6.1.5 in prod']);
  });

  it('takes a revision from environment to environment, as people merge and Flux rolls out', async () => {
    const environments = ['dev', 'staging', 'prod'].map((name) => anEnvironment(name));
    const outside = anOutside(aPipeline({ environments }));
    const facts = [runs('dev', '6.1.5'), runs('staging', '6.1.4'), runs('prod', '6.1.4')];
    const { tell, passes } = aController(outside, { facts });
    await passes(0);
    assert.deepEqual(acts(outside), ['open 6.1.5 in staging']);
    outside.settle(1, 'merged');
    await passes(60);
    assert.equal(record(outside, 'staging')?.state, 'Merged');
    await tell(thenRuns('staging', '6.1.5'));
    assert.equal(record(outside, 'staging')?.state, 'Succeeded');
    assert.equal(record(outside, 'prod')?.state, 'Open');
    outside.settle(2, 'merged');
    await passes(60);
    await tell(thenRuns('prod', '6.1.5'));
    assert.deepEqual(
      [record(outside, 'prod')?.state, outside.stored().status.environments?.['prod']?.message],
      ['Succeeded', 'runs 6.1.5, as staging does; its promotion took 1m'],
    );
    assert.equal(outside.opened.length, 2);
  });

  it('replaces an open pull request by that of a newer revision, and closes the old', async () => {
    const outside = anOutside(aPipeline());
    const { tell } = aController(outside);
    await settled();
    await tell(thenRuns('dev', '6.1.6'));
    assert.deepEqual(
      outside.opened.map(({ branch, state }) => [branch, state]),
      [
        ['promotions/apps/podinfo/prod/6.1.5', 'closed'],
        ['promotions/apps/podinfo/prod/6.1.6', 'open'],
      ],
    );
    assert.equal(record(outside)?.revision, '6.1.6');
  });

  it('opens no second pull request after a person closed the first', async () => {
    const outside = anOutside(aPipeline());
    const { passes, crash } = aController(outside);
    await settled();
    outside.settle(1, 'closed');
    await passes(600);
    crash();
    await aController(outside).passes(600);
    assert.deepEqual([record(outside)?.state, outside.opened.length], ['Closed', 1]);
  });

  it('wakes by itself when a gate opens', async () => {
    const promotion = { ...aPipeline().spec.promotion, soak: '2h' };
    const outside = anOutside(aPipeline({ promotion }));
    const { passes } = aController(outside);
    await passes(3599);
    assert.deepEqual(acts(outside), []);
    await passes(1);
    assert.deepEqual(acts(outside), ['open 6.1.5 in prod']);
  });

  it('writes nothing for a cluster that blinks, and tells of one that is lost', async () => {
    const outside = anOutside(aPipeline());
    const { tell, passes, time } = aController(outside, { facts: [runs('dev', '6.1.4'), runs('prod', '6.1.4')] });
    await passes(0);
    const written = outside.done.length;
    await tell(isLost('prod', time.clock.now()));
    await passes(29);
    await tell(isBack('prod', time.clock.now()));
    await passes(300);
    assert.equal(outside.done.length, written);
    await tell(isLost('prod', time.clock.now()));
    await passes(30);
    assert.equal(outside.stored().status.conditions?.[0]?.reason, 'TargetClusterNotReady');
  });

  describe('that crashes', () => {
    const never = new Promise<never>(() => undefined);
    const moments = ['before', 'after'] as const;
    const actions = 3;

    /** A crash at the n-th write or opening, before or after its effect. */
    const crashAt = async (outside: Outside, nth: number, when: 'before' | 'after'): Promise<void> => {
      let count = 0;
      outside.interrupt = (moment, action) => {
        if (action.type === 'announce') return undefined;
        if (moment === 'before') count += 1;
        return count === nth && moment === when ? never : undefined;
      };
      const { crash } = aController(outside);
      await settled();
      crash();
      outside.interrupt = () => undefined;
    };

    for (let nth = 1; nth <= actions; nth++)
      for (const when of moments)
        it(`${when} its action ${nth} goes on with the same promotion`, async () => {
          const outside = anOutside(aPipeline());
          await crashAt(outside, nth, when);
          const started = record(outside)?.startedAt;
          const { passes } = aController(outside);
          await passes(120);
          const { state, revision, startedAt, pullRequest } = record(outside) ?? {};
          assert.deepEqual([state, revision, pullRequest?.number], ['Open', '6.1.5', 1]);
          assert.equal(startedAt, started ?? startedAt);
          assert.equal(outside.opened.length, 1);
          assert.equal(outside.stored().status.environments?.['prod']?.history, undefined);
        });

    it('twice, wherever, comes to one pull request', async () => {
      for (let first = 1; first <= actions; first++)
        for (let second = 1; second <= actions; second++)
          for (const when of moments) {
            const outside = anOutside(aPipeline());
            await crashAt(outside, first, 'after');
            await crashAt(outside, second, when);
            await aController(outside).passes(120);
            assert.deepEqual([record(outside)?.state, outside.opened.length], ['Open', 1]);
          }
    });

    for (const outcome of ['merged', 'closed'] as const)
      it(`after it opened a pull request that is ${outcome} meanwhile adopts it so`, async () => {
        const outside = anOutside(aPipeline());
        await crashAt(outside, 2, 'after');
        assert.equal(record(outside)?.state, 'Opening');
        outside.settle(1, outcome);
        await aController(outside).passes(600);
        assert.equal(record(outside)?.state, outcome === 'merged' ? 'Merged' : 'Closed');
        assert.equal(outside.opened.length, 1);
      });

    it('while a newer revision takes its place leaves one pull request open', async () => {
      for (let nth = 1; nth <= actions; nth++)
        for (const when of moments) {
          const outside = anOutside(aPipeline());
          await crashAt(outside, nth, when);
          await aController(outside, { facts: [runs('dev', '6.1.6'), runs('prod', '6.1.4')] }).passes(120);
          const open = outside.opened.filter(({ state }) => state === 'open');
          assert.deepEqual(
            open.map(({ branch }) => branch),
            ['promotions/apps/podinfo/prod/6.1.6'],
            `${when} ${nth}`,
          );
        }
    });
  });

  describe('that follows', () => {
    it('does nothing, and acts on what it knows when it leads', async () => {
      const outside = anOutside(aPipeline());
      const { leading, passes } = aController(outside, { leads: false });
      await passes(600);
      assert.deepEqual(outside.done, []);
      leading.next(true);
      await settled();
      assert.deepEqual(acts(outside), ['open 6.1.5 in prod']);
    });

    it('begins nothing any more when it has lost the lead', async () => {
      const outside = anOutside(aPipeline());
      const { leading, tell, passes } = aController(outside);
      await settled();
      const before = outside.done.length;
      leading.next(false);
      await tell(thenRuns('dev', '6.1.6'));
      await passes(600);
      assert.equal(outside.done.length, before);
    });

    it('takes over from another without a second pull request', async () => {
      const outside = anOutside(aPipeline());
      const time = virtualTime({ start });
      const one = aController(outside, { time });
      const other = aController(outside, { time, leads: false });
      await one.passes(90);
      one.leading.next(false);
      other.leading.next(true);
      await other.passes(90);
      assert.deepEqual([record(outside)?.state, outside.opened.length], ['Open', 1]);
    });

    it('beside another that believes to lead as well comes to one pull request', async () => {
      const outside = anOutside(aPipeline());
      const time = virtualTime({ start });
      const [one] = [aController(outside, { time }), aController(outside, { time })];
      await one.passes(300);
      assert.deepEqual([record(outside)?.state, outside.opened.length], ['Open', 1]);
    });
  });

  describe('when something fails', () => {
    it('writes a status again after a backoff that grows, and not in a loop', async () => {
      const outside = anOutside(aPipeline());
      outside.interrupt = failing('write-status');
      const { passes } = aController(outside);
      const written: number[] = [];
      for (const seconds of [0, 5, 10, 20, 40, 80, 160, 300, 300]) {
        await passes(seconds);
        written.push(outside.done.length);
      }
      assert.deepEqual(written, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
      outside.interrupt = () => undefined;
      await passes(300);
      assert.equal(record(outside)?.state, 'Open');
    });

    it('begins with the shortest backoff again once a write succeeded', async () => {
      const outside = anOutside(aPipeline());
      const { passes, tell } = aController(outside);
      await settled();
      for (const revision of ['6.1.6', '6.1.7']) {
        outside.interrupt = failing('write-status');
        await tell(thenRuns('dev', revision));
        outside.interrupt = () => undefined;
        await passes(5);
        assert.equal(record(outside)?.revision, revision);
      }
    });

    it('backs off from a Pipeline that others change all the time', async () => {
      const outside = anOutside(aPipeline());
      outside.interrupt = (_moment, action) =>
        action.type === 'write-status' ? { type: 'status-conflict', pipeline: outside.stored() } : undefined;
      const { passes } = aController(outside);
      await passes(60);
      assert.ok(outside.done.length <= 25, `${outside.done.length} writes in a minute`);
    });

    it('looks at its own time although something is left over that fails again and again', async () => {
      const outside = anOutside(aPipeline());
      const theirs = { url: 'https://forge.example/9', number: 9, branch: 'theirs', state: 'open' } as const;
      const begun = { revision: '6.1.5', from: 'dev', state: 'Open', startedAt: '2026-03-02T10:00:00Z' } as const;
      outside.interrupt = (moment, action) => {
        if (action.type === 'withdraw-pull-request' || action.type === 'follow-pull-request')
          return { type: 'failed', action, failure: aFailure({ retryAfter: time.clock.now() + interval }) };
        // Another controller was faster.
        if (moment === 'after' && action.type === 'open-pull-request')
          outside.change((pipeline) => ({
            ...pipeline,
            status: {
              environments: { prod: { promotion: { ...begun, repository: aRepository(), pullRequest: theirs } } },
            },
          }));
        return undefined;
      };
      const { time, passes } = aController(outside);
      for (let passed = 0; passed < 30; passed++) await passes(interval / 1000);
      const follows = outside.done.filter((words) => words.startsWith('follow #9'));
      assert.ok(follows.length >= 25, `${follows.length} looks at the pull request in 30 of its intervals`);
      assert.ok(outside.done.filter((words) => words.startsWith('withdraw #1')).length <= 2 * follows.length);
    });

    it('lets a fresh fact not wait for a retry', async () => {
      const outside = anOutside(aPipeline());
      outside.interrupt = failing('open-pull-request', { retryAfter: start + 3_600_000 });
      const { tell } = aController(outside);
      await settled();
      outside.interrupt = () => undefined;
      await tell(thenRuns('dev', '6.1.6'));
      assert.equal(record(outside)?.state, 'Open');
    });

    it('tries a promotion again within bounds, and then succeeds', async () => {
      const outside = anOutside(aPipeline());
      outside.interrupt = failing('open-pull-request', {
        reason: 'ForgeUnavailable',
        message: 'the forge answers 502',
      });
      const { passes } = aController(outside);
      await passes(3600);
      assert.ok(acts(outside).length < 25, `${acts(outside).length} attempts in an hour`);
      assert.equal(outside.stored().status.conditions?.[0]?.reason, 'ForgeUnavailable');
      outside.interrupt = () => undefined;
      await passes(300);
      assert.deepEqual([record(outside)?.state, record(outside)?.reason], ['Open', undefined]);
    });

    it('tries what a person must repair ever later, tells of it once, and then succeeds', async () => {
      const outside = anOutside(aPipeline());
      outside.interrupt = failing('open-pull-request', { remedy: 'give-up', reason: 'NoMarker', message: 'no marker' });
      const { passes } = aController(outside);
      // At once, and after 5, 10, 20, 40 and 60 minutes.
      await passes(3600);
      assert.deepEqual(
        acts(outside),
        Array.from({ length: 6 }, () => 'open 6.1.5 in prod'),
      );
      assert.equal(outside.done.filter((words) => words === 'announce PromotionFailed').length, 1);
      outside.interrupt = () => undefined;
      await passes((4 * retryDelays.max) / 1000);
      assert.equal(record(outside)?.state, 'Open');
    });

    it('tries what a person must repair at once when asked', async () => {
      const outside = anOutside(aPipeline());
      outside.interrupt = failing('open-pull-request', { remedy: 'give-up', reason: 'NoMarker', message: 'no marker' });
      const { passes } = aController(outside);
      await passes(1);
      outside.interrupt = () => undefined;
      const annotations = { 'reconcile.fluxcd.io/requestedAt': 'now' };
      outside.change(({ metadata, ...pipeline }) => ({ ...pipeline, metadata: { ...metadata, annotations } }));
      await passes(1);
      assert.equal(record(outside)?.state, 'Open');
    });

    it('asks the forge about an open pull request once in an interval', async () => {
      const outside = anOutside(aPipeline());
      const { passes } = aController(outside);
      await passes(3600);
      assert.equal(acts(outside).filter((words) => words.startsWith('follow')).length, 60);
      assert.ok(outside.done.length < 75, `${outside.done.length} actions in an hour`);
    });

    it('keeps the others going beside a Pipeline that cannot be read, and one whose forge hangs', async () => {
      const outside = anOutside(aPipeline({ name: 'one' }), aPipeline({ name: 'two' }), aPipeline({ name: 'three' }));
      outside.interrupt = (_moment, action) =>
        action.type === 'open-pull-request' && action.promotion.pipeline === 'apps/one'
          ? new Promise<never>(() => undefined)
          : undefined;
      const { metadata } = aPipeline({ name: 'unreadable' });
      const unreadable: Fact = { type: 'pipeline-unreadable', pipeline: { metadata, status: {}, problem: 'no spec' } };
      const { passes } = aController(outside, { facts: [unreadable, ...due] });
      await passes(600);
      for (const key of ['apps/two', 'apps/three'] as const)
        assert.equal(outside.stored(key).status.environments?.['prod']?.promotion?.state, 'Open');
    });
  });

  it('stops with the last look that is under way', async () => {
    const outside = anOutside(aPipeline({ name: 'one' }), aPipeline({ name: 'two' }), aPipeline({ name: 'three' }));
    const releases: (() => void)[] = [];
    outside.interrupt = (moment, action) =>
      action.type === 'write-status' && moment === 'before'
        ? new Promise((resolve) => releases.push(() => resolve(undefined)))
        : undefined;
    const { stop, state, tell } = aController(outside);
    await settled();
    stop.next();
    outside.interrupt = () => undefined;
    const [first, second] = releases;
    first?.();
    await tell(thenRuns('dev', '6.1.6'));
    assert.equal(state.completed, false);
    second?.();
    await settled();
    assert.equal(state.completed, true);
    assert.deepEqual([releases.length, outside.opened.length], [2, 2], 'the third Pipeline is not begun');
  });
});
