import assert from 'node:assert/strict';
import { VirtualTimeScheduler } from 'rxjs';
import type { Fact } from '../../src/model/fact.ts';
import type { FluxEvent } from '../../src/model/flux-event.ts';
import { createWorld } from '../../src/model/world.ts';
import { createDoubts } from '../../src/sources/doubts.ts';
import { aFailure, clusterNamed, runs, thenRuns } from '../support/builders.ts';

const cluster = clusterNamed('dev');
const release = 'podinfo/podinfo';
const heard = (reason: string, revision: string): Fact => {
  const severity = reason.endsWith('Failed') ? 'error' : 'info';
  const event: FluxEvent = {
    ...{ kind: 'HelmRelease', namespace: 'podinfo', name: 'podinfo', at: 0, message: '', cluster: undefined },
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
    at(8_000, heard('UpgradeSucceeded', '6.1.6'));
    at(12_000, thenRuns('dev', '6.1.6'));
    assert.deepEqual(end(), { told: ['confirmed after 4000'], doubted: [] });
  });
});
