import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decide, decideFrom } from '../../src/decision/decide.ts';
import { surveyOfStatus } from '../../src/decision/survey-status.ts';
import type { Action } from '../../src/model/action.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { arbitraryWorld } from '../support/arbitrary-world.ts';
import {
  anEnvironment,
  aPipeline,
  aTarget,
  isEmpty,
  isLost,
  minutes,
  pullRequests,
  runs,
  seconds,
  start,
} from '../support/builders.ts';
import { given, retryDelays, worldOf } from '../support/given.ts';

/** Decides on what the Pipeline itself says, without a sight of any cluster. */
const decideOnStatus = (pipeline: Pipeline, now: number) =>
  decideFrom(
    pipeline,
    {
      surveys: surveyOfStatus(pipeline, now),
      certificates: { messages: [], until: undefined },
      askAgainAt: () => undefined,
    },
    retryDelays,
    now,
  );

/** An action but for the body of a pull request, which says of each target by itself since when it is healthy. */
const withoutBody = (action: Action): unknown =>
  JSON.parse(JSON.stringify(action, (name, value: unknown) => (name === 'body' ? undefined : value)));

describe('what a status alone tells', () => {
  it('leads to the same answers, status and actions as the clusters did, whatever the world', () => {
    const told = new Set<string>();
    fc.assert(
      fc.property(arbitraryWorld, ({ pipeline, facts }) => {
        const world = worldOf(facts);
        const { status } = decide(pipeline, world, retryDelays, start);
        const written = { ...pipeline, status };
        const seen = decide(written, world, retryDelays, start);
        const read = decideOnStatus(written, start);
        for (const [index, judgement] of seen.judgements.entries()) {
          // A status does not tell of a cluster that is only just out of sight.
          if (judgement.type === 'blink') continue;
          told.add(judgement.reason);
          assert.deepEqual(read.judgements[index]?.message, judgement.message);
          assert.deepEqual(read.judgements[index].reason, judgement.reason);
        }
        if (seen.judgements.some(({ type }) => type === 'blink')) return;
        assert.deepEqual(read.status, status);
        assert.deepEqual(read.actions.map(withoutBody), seen.actions.map(withoutBody));
      }),
      { numRuns: 600 },
    );
    assert.ok(told.size > 10, `the property says too little: ${[...told].join(', ')}`);
  });

  it('is nothing of a target that no controller has looked at', () => {
    const [dev] = surveyOfStatus(aPipeline(), start);
    assert.deepEqual(dev?.evidence, {
      type: 'incomplete',
      registered: true,
      why: 'no controller has told yet what cluster apps/dev runs',
    });
    assert.deepEqual(decideOnStatus(aPipeline(), start).actions, []);
  });

  it('is nothing of a target that a newer spec has put elsewhere', () => {
    const { status } = given(aPipeline(), runs('dev', '6.1.5'), runs('prod', '6.1.4')).when(start).decision;
    const moved = aPipeline({
      generation: 2,
      status,
      environments: [anEnvironment('dev'), anEnvironment('prod', { targets: [aTarget('other')] })],
    });
    const { judgements, actions } = decideOnStatus(moved, start);
    assert.deepEqual([judgements.map(({ reason }) => reason), actions], [['FirstEnvironment', 'ClusterUnseen'], []]);
    assert.match(judgements[1]?.message ?? '', /what cluster apps\/other runs/);
  });

  it('is that a cluster is lost, since when and why, and what ran there', () => {
    const facts = [runs('dev', '6.1.5'), runs('prod', '6.1.4'), isLost('prod', start)];
    const { status } = given(aPipeline(), facts).when(seconds(40)).decision;
    const [, prod] = surveyOfStatus(aPipeline({ status }), seconds(50));
    assert.deepEqual([prod?.revision, prod?.evidence.type], ['6.1.4', 'incomplete']);
    assert.equal(prod?.targets[0]?.unseen?.since, start);
  });

  it('keeps a soak time going: since when the source is healthy is in it', () => {
    const pipeline = aPipeline({ promotion: { ...pullRequests, soak: '2h' } });
    const { status } = given(pipeline, runs('dev', '6.1.5'), runs('prod', '6.1.4')).when(start).decision;
    const reasons = (now: number) =>
      decideOnStatus({ ...pipeline, status }, now).judgements.map(({ reason, until }) => [reason, until]);
    assert.deepEqual(reasons(minutes(30))[1], ['Soaking', minutes(60)]);
    assert.deepEqual(reasons(minutes(60))[1], ['PromotionDue', undefined]);
  });

  it('is nothing of another controller’s target that is neither ready nor says why', () => {
    const { status } = given(aPipeline(), isEmpty('dev'), isEmpty('prod')).when(start).decision;
    const targets = [{ clusterAppRef: { name: 'podinfo', cluster: 'apps/dev' }, namespace: 'podinfo', ready: false }];
    const pipeline = aPipeline({ status: { ...status, environments: { ...status.environments, dev: { targets } } } });
    assert.equal(decideOnStatus(pipeline, start).judgements[1]?.reason, 'SourceNotSettled');
  });
});
