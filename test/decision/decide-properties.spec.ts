import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decide, type Decision } from '../../src/decision/decide.ts';
import { compareVersions } from '../../src/model/compare-versions.ts';
import { observe } from '../../src/decision/observe.ts';
import type { PromotionIdentity } from '../../src/model/action.ts';
import { clusterOf } from '../../src/model/cluster.ts';
import { PipelineStatus } from '../../src/model/pipeline-status.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import type { World } from '../../src/model/world.ts';
import { arbitraryWorld } from '../support/arbitrary-world.ts';
import { start } from '../support/builders.ts';
import { retryDelays, worldOf } from '../support/given.ts';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const always = (holds: (pipeline: Pipeline, world: World, decision: Decision) => void, numRuns = 800): void => {
  fc.assert(
    fc.property(arbitraryWorld, ({ pipeline, facts }) => {
      const world = worldOf(facts);
      holds(pipeline, world, decide(pipeline, world, retryDelays, start));
    }),
    { numRuns },
  );
};

/** What is promoted, in whatever way. */
const openedBy = ({ actions }: Decision): readonly PromotionIdentity[] =>
  actions.flatMap((action) =>
    action.type === 'open-pull-request' || action.type === 'hand-over' ? [action.promotion] : [],
  );

/** What is observed of the targets of an environment, and whether their clusters are live. */
const seenIn = (pipeline: Pipeline, world: World, name: string) =>
  pipeline.spec.environments
    .filter((environment) => environment.name === name)
    .flatMap(({ targets }) => targets)
    .map((target) => {
      const cluster = clusterOf(target, pipeline.metadata.namespace);
      const release = world.release(cluster, `${target.namespace}/podinfo`);
      return { live: world.cluster(cluster).type === 'live', ...observe(release, start) };
    });

const promotionInto = (pipeline: Pipeline, name: string) =>
  pipeline.spec.environments.find((environment) => environment.name === name)?.promotion ?? pipeline.spec.promotion;

describe('decide, whatever the world', () => {
  it('says what stays as it is when it is read back', () => {
    always((_pipeline, _world, { status }) => {
      assert.deepEqual(asJson(status), status);
      assert.deepEqual(PipelineStatus.parse(status), status);
    });
  });

  it('changes nothing when it decides again on its own status', () => {
    always((pipeline, world, { status }) => {
      assert.deepEqual(decide({ ...pipeline, status }, world, retryDelays, start).status, status);
    });
  });

  it('wakes later than now', () => {
    always((_pipeline, _world, { wakeAt }) => {
      assert.ok(wakeAt === undefined || wakeAt > start);
    });
  });

  it('opens nothing that its status does not tell of', () => {
    always((_pipeline, _world, decision) => {
      for (const { environment, revision } of openedBy(decision)) {
        const promotion = decision.status.environments?.[environment]?.promotion;
        assert.deepEqual([promotion?.state, promotion?.revision], ['Opening', revision]);
      }
    });
  });

  it('opens only what every target of the source has settled on, and only what it sees', () => {
    let opened = 0;
    always((pipeline, world, decision) => {
      for (const { environment, revision, from } of openedBy(decision)) {
        opened += 1;
        const source = seenIn(pipeline, world, from);
        assert.ok(source.every((seen) => seen.live && seen.state === 'settled' && seen.revision === revision));
        assert.ok(seenIn(pipeline, world, environment).every(({ live }) => live));
      }
    }, 4000);
    assert.ok(opened > 20, `the property says too little: ${opened}`);
  });

  it('opens nothing older, unless it may', () => {
    always((pipeline, world, decision) => {
      for (const { environment, revision } of openedBy(decision)) {
        if (promotionInto(pipeline, environment)?.allowDowngrade) continue;
        const running = seenIn(pipeline, world, environment).flatMap((seen) => seen.revision ?? []);
        assert.ok(running.every((old) => ['newer', 'same'].includes(compareVersions(revision, old))));
      }
    });
  });

  it('opens nothing that a person has not approved, where one must', () => {
    always((pipeline, _world, decision) => {
      for (const { environment, revision } of openedBy(decision)) {
        if (!promotionInto(pipeline, environment)?.manual) continue;
        const before = pipeline.status.environments?.[environment]?.promotion;
        const begun = before?.revision === revision && ['Opening', 'Failed'].includes(before.state);
        const approved = pipeline.metadata.annotations[`pipelines.weave.works/approve.${environment}`];
        assert.ok(begun || approved === revision);
      }
    });
  });

  it('opens nothing that was ended before, unless it failed', () => {
    always((pipeline, _world, decision) => {
      for (const { environment, revision } of openedBy(decision)) {
        const memory = pipeline.status.environments?.[environment];
        const current = memory?.promotion?.revision === revision ? memory.promotion : undefined;
        if (current) assert.ok(['Opening', 'Failed'].includes(current.state));
        else assert.ok(!memory?.history?.some((entry) => entry.revision === revision && entry.state !== 'Failed'));
      }
    });
  });
});
