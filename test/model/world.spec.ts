import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fact } from '../../src/model/fact.ts';
import type { ObjectKey } from '../../src/model/object-key.ts';
import type { UnreadablePipeline } from '../../src/model/pipeline.ts';
import { createWorld, type Learner, type World } from '../../src/model/world.ts';
import {
  aFailure,
  aHelmRelease,
  anEnvironment,
  aPipeline,
  aTarget,
  isBack,
  isLost,
  isOpening,
} from '../support/builders.ts';
import { isEmpty, runs, seconds, start, thenRuns, type PipelineParts } from '../support/builders.ts';

const key = 'apps/podinfo';
const seen = (parts: PipelineParts = {}): Fact => ({ type: 'pipeline-seen', pipeline: aPipeline(parts) });
const unreadable = (parts: PipelineParts = {}): UnreadablePipeline => ({
  metadata: aPipeline(parts).metadata,
  status: {},
  problem: 'environments: required',
});
const gone = (cluster: string, release: ObjectKey = 'podinfo/podinfo'): Fact => ({
  type: 'release-gone',
  cluster: `apps/${cluster}`,
  release,
});

const aWorld = (...facts: readonly Fact[]): World & Learner => {
  const world = createWorld();
  for (const fact of facts) world.learn(fact);
  return world;
};

describe('the World', () => {
  it('knows nothing at first', () => {
    const world = aWorld();
    assert.deepEqual([...world.pipelines(), ...world.clusters()], []);
    assert.deepEqual(world.cluster('apps/dev'), { type: 'unregistered' });
    assert.equal(world.release('apps/dev', 'podinfo/podinfo'), undefined);
    assert.equal(world.askAgainAt(key, 'prod'), undefined);
  });

  describe('concerns', () => {
    const concerned: readonly (readonly [string, Fact, readonly string[]])[] = [
      ['a Pipeline that is seen', seen(), [key]],
      ['a Pipeline that cannot be read', { type: 'pipeline-unreadable', pipeline: unreadable() }, [key]],
      ['a Pipeline that is gone', { type: 'pipeline-gone', pipeline: key }, [key]],
      ['a list of one of its clusters', runs('dev', '6.1.5'), [key]],
      ['the loss of one of its clusters', isLost('prod', start), [key]],
      ['the return of one of its clusters', isBack('prod', start), [key]],
      ['the opening of one of its clusters', isOpening('prod', start), [key]],
      ['the refusal of one', { type: 'cluster-refused', cluster: 'apps/dev', failure: aFailure() }, [key]],
      ['the close of one', { type: 'cluster-closed', cluster: 'apps/dev' }, [key]],
      ['its release', thenRuns('dev', '6.1.5'), [key]],
      ['the end of its release', gone('dev'), [key]],
      ['another release there', thenRuns('dev', '6.1.5', { key: 'podinfo/redis' }), []],
      ['a release of that name in another namespace', thenRuns('dev', '6.1.5', { key: 'other/podinfo' }), []],
      ['its release in a cluster that it does not name', thenRuns('test', '6.1.5'), []],
      ['another cluster', isLost('test', start), []],
      ['an answer of the forge', { type: 'promotion-asked', pipeline: key, environment: 'prod', again: start }, []],
    ];
    for (const [name, fact, keys] of concerned)
      it(`${keys.length > 0 ? 'a Pipeline with' : 'nobody with'} ${name}`, () => {
        assert.deepEqual(aWorld(seen()).learn(fact), keys);
      });

    it('every Pipeline that looks at a release, each once', () => {
      const twice = [anEnvironment('dev'), anEnvironment('prod', { targets: [aTarget('dev')] })];
      const world = aWorld(
        seen({ name: 'one', environments: twice }),
        seen({ name: 'two' }),
        seen({ name: 'three', suspend: true }),
      );
      assert.deepEqual(world.learn(thenRuns('dev', '6.1.5')), ['apps/one', 'apps/two', 'apps/three']);
    });

    it('the Pipeline whose target has that name', () => {
      const named = [anEnvironment('dev', { targets: [aTarget('dev', { name: 'podinfo-dev' })] })];
      const world = aWorld(seen({ environments: named }));
      assert.deepEqual(world.learn(thenRuns('dev', '6.1.5')), []);
      assert.deepEqual(world.learn(thenRuns('dev', '6.1.5', { key: 'podinfo/podinfo-dev' })), [key]);
    });

    it('a Pipeline no longer with what its newer spec does not name', () => {
      const world = aWorld(seen(), seen({ resourceVersion: '2', environments: [anEnvironment('test')] }));
      assert.deepEqual(world.learn(thenRuns('dev', '6.1.5')), []);
      assert.deepEqual(world.learn(isLost('prod', start)), []);
      assert.deepEqual(world.learn(thenRuns('test', '6.1.5')), [key]);
    });

    it('nobody once the Pipeline is gone, or cannot be read any more', () => {
      const ends: readonly Fact[] = [
        { type: 'pipeline-gone', pipeline: key },
        { type: 'pipelines-listed', pipelines: [] },
        { type: 'pipeline-unreadable', pipeline: unreadable({ resourceVersion: '2' }) },
      ];
      for (const end of ends) assert.deepEqual(aWorld(seen(), end).learn(thenRuns('dev', '6.1.5')), []);
    });

    it('no Pipeline more when there are thousands that look elsewhere', () => {
      const others = Array.from({ length: 2000 }, (_, index) =>
        seen({ name: `app-${index}`, environments: [anEnvironment(`cluster-${index}`)] }),
      );
      const world = aWorld(...others, seen());
      assert.deepEqual(world.learn(thenRuns('dev', '6.1.5')), [key]);
      assert.deepEqual(world.learn(isLost('dev', start)), [key]);
    });
  });

  describe('of clusters', () => {
    it('replaces by a list all that was known', () => {
      const world = aWorld(
        thenRuns('dev', '6.1.4'),
        thenRuns('dev', '1.0.0', { key: 'podinfo/redis' }),
        runs('dev', '6.1.5'),
      );
      assert.equal(world.release('apps/dev', 'podinfo/podinfo')?.lastAttemptedRevision, '6.1.5');
      assert.equal(world.release('apps/dev', 'podinfo/redis'), undefined);
    });

    it('keeps clusters apart', () => {
      const world = aWorld(runs('dev', '6.1.5'), runs('prod', '6.1.4'), isEmpty('dev'));
      assert.equal(world.release('apps/dev', 'podinfo/podinfo'), undefined);
      assert.equal(world.release('apps/prod', 'podinfo/podinfo')?.lastAttemptedRevision, '6.1.4');
    });

    it('keeps the last known releases of a lost one, for display', () => {
      const world = aWorld(runs('dev', '6.1.5'), isLost('dev', seconds(1)));
      assert.deepEqual(world.cluster('apps/dev'), { type: 'lost', since: seconds(1), failure: aFailure() });
      assert.ok(world.release('apps/dev', 'podinfo/podinfo'));
    });

    it('tells of a loss since the first, with the newest reason', () => {
      const again = { ...isLost('dev', seconds(9)), failure: aFailure({ message: 'timeout' }) } as const;
      const world = aWorld(runs('dev', '6.1.5'), isLost('dev', seconds(1)), again);
      assert.deepEqual(world.cluster('apps/dev'), {
        type: 'lost',
        since: seconds(1),
        failure: aFailure({ message: 'timeout' }),
      });
    });

    it('goes on being live through a relist, and is live anew after a loss', () => {
      const relist = { ...runs('dev', '6.1.5'), at: seconds(5) } as Fact;
      assert.deepEqual(aWorld(isBack('dev', start), relist).cluster('apps/dev'), { type: 'live', since: start });
      const lost = aWorld(isBack('dev', start), isLost('dev', seconds(1)), relist);
      assert.deepEqual(lost.cluster('apps/dev'), { type: 'live', since: seconds(5) });
    });

    it('replaces by the list of a namespace what was known of that, and does not call the cluster live', () => {
      const listed: Fact = { ...runs('dev', '6.1.5'), namespace: 'podinfo', at: seconds(1) } as Fact;
      const world = aWorld(
        isOpening('dev', start),
        thenRuns('dev', '1.0.0', { key: 'podinfo/redis' }),
        thenRuns('dev', '2.0.0', { key: 'other/redis' }),
        listed,
      );
      assert.equal(world.release('apps/dev', 'podinfo/redis'), undefined);
      assert.ok(world.release('apps/dev', 'podinfo/podinfo'));
      assert.ok(world.release('apps/dev', 'other/redis'));
      assert.equal(world.cluster('apps/dev').type, 'opening');
    });

    it('keeps of one that is narrowed only what its namespaces hold', () => {
      const world = aWorld(runs('dev', '6.1.5'), thenRuns('dev', '2.0.0', { key: 'other/redis' }));
      const narrowed: Fact = { type: 'cluster-narrowed', cluster: 'apps/dev', namespaces: ['other'] };
      assert.deepEqual(world.learn(narrowed), []);
      assert.equal(world.release('apps/dev', 'podinfo/podinfo'), undefined);
      assert.ok(world.release('apps/dev', 'other/redis'));
    });

    it('keeps nothing of one that is closed', () => {
      const world = aWorld(runs('dev', '6.1.5'), { type: 'cluster-closed', cluster: 'apps/dev' });
      assert.deepEqual([...world.clusters()], []);
      assert.equal(world.release('apps/dev', 'podinfo/podinfo'), undefined);
    });

    it('forgets a release that is gone, and takes one of another uid for it', () => {
      const world = aWorld(runs('dev', '6.1.5', { uid: 'old' }), gone('dev'));
      assert.equal(world.release('apps/dev', 'podinfo/podinfo'), undefined);
      world.learn(thenRuns('dev', '6.1.6', { uid: 'new' }));
      assert.equal(world.release('apps/dev', 'podinfo/podinfo')?.uid, 'new');
    });

    it('lists every one with its state', () => {
      const world = aWorld(runs('dev', '6.1.5'), isOpening('prod', start));
      assert.deepEqual(
        [...world.clusters()].map(([cluster, { type }]) => [cluster, type]),
        [
          ['apps/dev', 'live'],
          ['apps/prod', 'opening'],
        ],
      );
    });
  });

  describe('of Pipelines', () => {
    it('forgets those that a list does not name', () => {
      const world = aWorld(seen({ name: 'one' }), seen({ name: 'two' }));
      assert.deepEqual(world.learn({ type: 'pipelines-listed', pipelines: ['apps/two'] }), ['apps/one']);
      assert.deepEqual([...world.pipelines()], ['apps/two']);
    });

    it('keeps what the forge has asked for by environment, for as long as the Pipeline is there', () => {
      const world = aWorld(seen());
      for (const [environment, again] of [
        ['staging', 1],
        ['prod', 2],
        ['prod', 3],
      ] as const)
        world.learn({ type: 'promotion-asked', pipeline: key, environment, again });
      assert.deepEqual([world.askAgainAt(key, 'staging'), world.askAgainAt(key, 'prod')], [1, 3]);
      world.learn({ type: 'pipeline-gone', pipeline: key });
      assert.equal(world.askAgainAt(key, 'prod'), undefined);
    });

    it('keeps what the forge has asked for while another question to it has its turn', () => {
      const place = { pipeline: key, environment: 'prod' } as const;
      const world = aWorld(seen(), { type: 'promotion-asked', ...place, again: 3 });
      for (const until of [1, 5]) {
        world.learn({ type: 'promotion-blocked', ...place, until });
        assert.equal(world.askAgainAt(key, 'prod'), Math.max(3, until));
        assert.deepEqual(world.learn({ type: 'promotion-unblocked', ...place }), [key]);
        assert.equal(world.askAgainAt(key, 'prod'), 3);
      }
      world.learn({ type: 'promotion-blocked', ...place, until: 5 });
      world.learn({ type: 'pipeline-gone', pipeline: key });
      assert.equal(world.askAgainAt(key, 'prod'), undefined);
    });

    it('keeps nothing that the forge has asked for of a Pipeline that is gone already', () => {
      const world = aWorld({ type: 'promotion-asked', pipeline: key, environment: 'prod', again: 1 });
      assert.equal(world.askAgainAt(key, 'prod'), undefined);
    });

    describe('after a write of ours', () => {
      const written = (resourceVersion: string) => aPipeline({ resourceVersion, status: { observedGeneration: 1 } });
      const versionIn = (world: World) => world.pipeline(key)?.metadata.resourceVersion;
      const wrote = (): World & Learner => {
        const world = aWorld(seen());
        world.wrote('1', written('2'));
        return world;
      };

      it('knows it before the watch tells', () => {
        assert.deepEqual(wrote().pipeline(key), written('2'));
      });

      it('takes a watch that still shows what was replaced as late', () => {
        const world = wrote();
        assert.deepEqual(world.learn(seen()), []);
        assert.equal(versionIn(world), '2');
      });

      it('takes every version that a row of writes has replaced as late', () => {
        const world = wrote();
        world.wrote('2', written('3'));
        for (const resourceVersion of ['1', '2']) assert.deepEqual(world.learn(seen({ resourceVersion })), []);
        assert.equal(versionIn(world), '3');
      });

      it('takes what the watch shows then', () => {
        const world = wrote();
        assert.deepEqual(world.learn(seen({ resourceVersion: '2' })), [key]);
        assert.deepEqual(world.learn(seen({ resourceVersion: '3' })), [key]);
        assert.equal(versionIn(world), '3');
      });

      it('keeps what the watch has shown since the write was sent', () => {
        const world = aWorld(seen());
        world.learn(seen({ resourceVersion: '3', suspend: true }));
        world.wrote('1', written('2'));
        assert.equal(versionIn(world), '3');
      });

      it('keeps an object of that name that is another', () => {
        const world = aWorld(seen({ uid: 'another', resourceVersion: '9' }));
        world.wrote('1', written('2'));
        assert.equal(versionIn(world), '9');
      });

      it('does not bring back what is gone', () => {
        const world = aWorld(seen(), { type: 'pipeline-gone', pipeline: key });
        world.wrote('1', written('2'));
        assert.deepEqual([...world.pipelines()], []);
      });

      it('looks where the written object looks', () => {
        const world = aWorld(seen());
        world.wrote('1', aPipeline({ resourceVersion: '2', environments: [anEnvironment('test')] }));
        assert.deepEqual(world.learn(thenRuns('dev', '6.1.5')), []);
        assert.deepEqual(world.learn(thenRuns('test', '6.1.5')), [key]);
      });
    });
  });

  it('concerns exactly the Pipelines that look at a place, whatever came before', () => {
    const names = ['one', 'two', 'three'];
    const spec = fc.array(fc.constantFrom('dev', 'staging', 'prod'), { minLength: 1, maxLength: 3 });
    const step = fc.record({ name: fc.constantFrom(...names), clusters: fc.option(spec) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const world = createWorld();
        const looking = new Map<ObjectKey, readonly string[]>();
        steps.forEach(({ name, clusters }, index) => {
          const pipeline: ObjectKey = `apps/${name}`;
          looking.delete(pipeline);
          if (clusters === null) return world.learn({ type: 'pipeline-gone', pipeline });
          looking.set(pipeline, clusters);
          const environments = clusters.map((cluster) => anEnvironment(cluster));
          return world.learn(seen({ name, resourceVersion: String(index), environments }));
        });
        for (const cluster of ['dev', 'staging', 'prod']) {
          const expected = [...looking]
            .filter(([, clusters]) => clusters.includes(cluster))
            .map(([pipeline]) => pipeline);
          const release = aHelmRelease();
          const told = world.learn({ type: 'release-seen', cluster: `apps/${cluster}`, release });
          assert.deepEqual([...told].sort(), expected.sort());
        }
      }),
      { numRuns: 200 },
    );
  });
});
