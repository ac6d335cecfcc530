import assert from 'node:assert/strict';
import {
  aPipeline,
  aTarget,
  anEnvironment,
  isLost,
  minutes,
  pullRequests,
  runs,
  seconds,
} from '../support/builders.ts';
import { given, saidOf } from '../support/given.ts';

const three = aPipeline({ environments: [anEnvironment('dev'), anEnvironment('staging'), anEnvironment('prod')] });
const passing = { ready: { status: 'False', reason: 'SourceNotReady', since: minutes(-0.1) } } as const;

describe('the time of the next look', () => {
  it('is when a loss of sight becomes news, also behind one that is news already', () => {
    const facts = [runs('dev', '6.1.5'), runs('staging', '6.1.4'), runs('prod', '6.1.4')];
    const lost = [isLost('dev', minutes(-5)), isLost('prod', seconds(-10))];
    const { decision } = given(three, ...facts, ...lost).when(seconds(0));
    assert.equal(decision.wakeAt, seconds(20));
  });

  it('need not be when a second loss in the same environment becomes news: the first is told', () => {
    const environments = [anEnvironment('dev', { targets: [aTarget('one'), aTarget('two')] }), anEnvironment('prod')];
    const lost = [runs('one', '6.1.5'), runs('two', '6.1.5'), isLost('one', seconds(-10)), isLost('two', minutes(-5))];
    const told = [0, 60].map((at) => given(aPipeline({ environments }), ...lost).when(seconds(at)).decision);
    for (const decision of told)
      assert.match(saidOf(decision, 'dev').message ?? '', /^waits: cluster apps\/two is lost/);
  });

  it('is when what a release passes through becomes a failure, also where nothing is promoted', () => {
    const alone = aPipeline({ environments: [anEnvironment('dev')] });
    const { decision } = given(alone, runs('dev', '6.1.5', passing)).when(seconds(0));
    assert.equal(decision.wakeAt, seconds(24));
  });

  it('is when another window keeps promotions away, though the time at which they may be made stays', () => {
    const windows = [
      { kind: 'Deny', schedule: '0 12 * * *', duration: '90m' },
      { kind: 'Allow', schedule: '@daily', duration: '6h' },
    ] as const;
    const pipeline = aPipeline({ promotion: { ...pullRequests, windows: [...windows] } });
    const { decision } = given(pipeline, runs('dev', '6.1.5'), runs('prod', '6.1.4')).when(minutes(130));
    assert.equal(decision.wakeAt, Date.parse('2026-03-02T13:30:00Z'));
    assert.match(saidOf(decision).message ?? '', /waits until 2026-03-03T00:00:00Z .*\(Deny/);
  });
});
