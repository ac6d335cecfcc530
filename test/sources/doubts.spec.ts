import assert from 'node:assert/strict';
import { VirtualTimeScheduler } from 'rxjs';
import type { Fact } from '../../src/model/fact.ts';
import type { FluxEvent } from '../../src/model/flux-event.ts';
import { createWorld } from '../../src/model/world.ts';
import { createDoubts } from '../../src/sources/doubts.ts';
import { aFailure, clusterNamed, runs, seconds, thenRuns } from '../support/builders.ts';

const cluster = clusterNamed('dev');
const release = 'podinfo/podinfo';
/** An event of so many seconds after what the watch shows at first. */
const heard = (reason: string, revision: string, second = 1): Fact => {
  const severity = reason.endsWith('Failed') ? 'error' : 'info';
  const event: FluxEvent = {
    ...{
      kind: 'HelmRelease',
      namespace: 'podinfo',
      name: 'podinfo',
      at: seconds(second),
      message: '',
      cluster: undefined,
    },
    ...{ severity, reason, revision },
  };
  return { type: 'deployment-heard', cluster, release, event };
};

describe('createDoubts', () => {
  const begin = (...facts: readonly Fact[]) => {
    const world = createWorld();
    const scheduler = new VirtualTimeScheduler();
    const told: string[] = [];
    const doubts = createDoubts({
      world,
      scheduler,
      onConfirmed: (lag) => told.push(`confirmed after ${lag}`),
      onDoubted: (of) => told.push(`doubted ${of}`),
    });
    const doubted: string[] = [];
    doubts.doubted.subscribe((of) => doubted.push(of));
    const learn = (fact: Fact) => {
      world.learn(fact);
      doubts.learned(fact);
    };
    facts.forEach(learn);
    const at = (time: number, fact: Fact) => void scheduler.schedule(() => learn(fact), time);
    const end = () => {
      scheduler.flush();
      return { told, doubted };
    };
    return { at, end };
  };

  it('measures how much later than the event the watch shows it', () => {
    const { at, end } = begin(runs('dev', '6.1.4'), heard('UpgradeSucceeded', '6.1.5'));
    at(5, thenRuns('dev', '6.1.5'));
    assert.deepEqual(end(), { told: ['confirmed after 5'], doubted: [] });
  });

  it('knows a watch that was faster', () => {
    assert.deepEqual(begin(runs('dev', '6.1.5'), heard('UpgradeSucceeded', '6.1.5')).end(), {
      told: ['confirmed after 0'],
      doubted: [],
    });
  });

  it('doubts a watch that has not shown it ten seconds later, once', () => {
    const { at, end } = begin(runs('dev', '6.1.4'), heard('UpgradeSucceeded', '6.1.5'));
    at(9_000, thenRuns('dev', '6.1.4'));
    at(10_001, thenRuns('dev', '6.1.5'));
    assert.deepEqual(end(), { told: [`doubted ${cluster}`], doubted: [cluster] });
  });

  it('does not doubt one that is lost: it is connected anew already', () => {
    const { at, end } = begin(runs('dev', '6.1.4'), heard('UpgradeSucceeded', '6.1.5'));
    at(3_000, { type: 'cluster-lost', cluster, failure: aFailure(), at: 3_000 });
    assert.deepEqual(end(), { told: [], doubted: [] });
  });

  it('takes a list for an answer too', () => {
    const { at, end } = begin(runs('dev', '6.1.4'), heard('UpgradeSucceeded', '6.1.5'));
    at(700, runs('dev', '6.1.5'));
    assert.deepEqual(end().told, ['confirmed after 700']);
  });

  it('knows a failure by what was attempted, and an uninstall by the release that is gone', () => {
    const failing = begin(runs('dev', '6.1.4'), heard('UpgradeFailed', '6.1.5'));
    failing.at(2, thenRuns('dev', '6.1.4', { attempted: '6.1.5' }));
    assert.deepEqual(failing.end().told, ['confirmed after 2']);
    const going = begin(runs('dev', '6.1.4'), heard('UninstallSucceeded', '6.1.4'));
    going.at(4, { type: 'release-gone', cluster, release });
    assert.deepEqual(going.end().told, ['confirmed after 4']);
  });

  it('waits for the newest of several events about one release', () => {
    const { at, end } = begin(runs('dev', '6.1.4'), heard('UpgradeSucceeded', '6.1.5'));
    at(4_000, heard('UpgradeSucceeded', '6.1.6', 5));
    at(8_000, thenRuns('dev', '6.1.5'));
    at(9_000, thenRuns('dev', '6.1.6'));
    assert.deepEqual(end(), { told: ['confirmed after 9000'], doubted: [] });
  });

  it('is not put off by newer events either, while the watch shows nothing', () => {
    const { at, end } = begin(runs('dev', '6.1.4'), heard('UpgradeSucceeded', '6.1.5'));
    at(5_000, heard('UpgradeSucceeded', '6.1.6', 6));
    at(9_000, heard('UpgradeSucceeded', '6.1.7', 10));
    at(10_001, thenRuns('dev', '6.1.7'));
    assert.deepEqual(end(), { told: [`doubted ${cluster}`], doubted: [cluster] });
  });

  for (const [when, second] of [
    ['of the same second', 1],
    ['of a later one', 2],
  ] as const) {
    it(`waits for the rollback ${when} that undid a failure`, () => {
      const { at, end } = begin(
        runs('dev', '6.1.4'),
        heard('UpgradeFailed', '6.1.5'),
        heard('RollbackSucceeded', '6.1.4', second),
      );
      at(3, thenRuns('dev', '6.1.4'));
      assert.deepEqual(end(), { told: ['confirmed after 3'], doubted: [] });
    });

    it(`takes what was shown before a failure for no rollback ${when}`, () => {
      const { end } = begin(
        runs('dev', '6.1.4'),
        heard('UpgradeFailed', '6.1.5'),
        heard('RollbackSucceeded', '6.1.4', second),
      );
      assert.deepEqual(end(), { told: [`doubted ${cluster}`], doubted: [cluster] });
    });
  }

  it('is not put off by events that come once more, or late', () => {
    const { at, end } = begin(runs('dev', '6.1.4'), heard('UpgradeSucceeded', '6.1.6', 8));
    at(6_000, heard('UpgradeSucceeded', '6.1.6', 8));
    at(9_000, heard('UpgradeSucceeded', '6.1.5', 7));
    at(10_001, thenRuns('dev', '6.1.6', { deployed: { lastDeployed: seconds(8) } }));
    assert.deepEqual(end(), { told: [`doubted ${cluster}`], doubted: [cluster] });
  });

  for (const [what, later] of Object.entries({
    'deployed something': { deployed: { lastDeployed: seconds(2) } },
    'failed at something': { ready: { status: 'False', reason: 'UpgradeFailed', since: seconds(2) } },
  } as const))
    it(`does not doubt a watch that shows what has ${what} since: the event is late, or replayed`, () => {
      const { at, end } = begin(runs('dev', '6.1.4'));
      at(1, thenRuns('dev', '6.1.6', later));
      at(2, heard('UpgradeSucceeded', '6.1.5'));
      assert.deepEqual(end(), { told: ['confirmed after 0'], doubted: [] });
    });
});
