import assert from 'node:assert/strict';
import { decide } from '../../src/decision/decide.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { CheckStatus } from '../../src/model/pipeline-status.ts';
import {
  aPipeline,
  aPullRequest,
  aRecord,
  isLost,
  minutes,
  pullRequests,
  remembers,
  runs,
  start,
} from '../support/builders.ts';
import { retryDelays, worldOf } from '../support/given.ts';

const open = (check?: CheckStatus, promotion = pullRequests) => {
  const pipeline = aPipeline({ promotion });
  const pullRequest = { ...aPullRequest(), head: 'abc', ...(check ? { check } : {}) };
  return { ...pipeline, status: remembers({ promotion: aRecord({ revision: '6.1.5', state: 'Open', pullRequest }) }) };
};

/** The commit statuses that are written, as `state reason`. */
const written = (pipeline: ReturnType<typeof open>, facts: readonly Fact[], now = minutes(10)) =>
  decide(pipeline, worldOf([{ type: 'pipeline-seen', pipeline }, ...facts]), retryDelays, now)
    .actions.filter((action) => action.type === 'set-check')
    .map(({ head, check }) => `${head} ${check.state} ${check.reason}`);

const healthy = [...[runs('dev', '6.1.5')], ...[runs('prod', '6.1.4')]];
describe('decision/check', () => {
  it('is success while the evidence holds, and written once', () => {
    assert.deepEqual(written(open(), healthy), ['abc success EvidenceHolds']);
    const known = { head: 'abc', state: 'success', reason: 'EvidenceHolds' } as const;
    assert.deepEqual(written(open(known), healthy), []);
    assert.deepEqual(written(open({ ...known, head: 'before a person pushed' }), healthy), [
      'abc success EvidenceHolds',
    ]);
    assert.deepEqual(written(open({ ...known, state: 'pending', reason: 'Soaking' }), healthy), [
      'abc success EvidenceHolds',
    ]);
    assert.deepEqual(written(open({ ...known, error: 'the forge was down' }), healthy), ['abc success EvidenceHolds']);
  });

  it('is pending while a gate is closed, or something cannot be seen', () => {
    const soaking = open(undefined, { ...pullRequests, soak: '10h' });
    assert.deepEqual(written(soaking, healthy), ['abc pending Soaking']);
    const lost = [...healthy, isLost('dev', start)];
    assert.deepEqual(written(open(), lost), ['abc pending ClusterUnseen']);
    assert.deepEqual(written(open(), [runs('dev', '6.1.6'), runs('prod', '6.1.4')]), []);
  });

  it('is failure once the source has become unhealthy', () => {
    const ready = { status: 'False', reason: 'UpgradeFailed', message: 'timed out' } as const;
    assert.deepEqual(written(open(), [runs('dev', '6.1.5', { ready }), runs('prod', '6.1.4')]), [
      'abc failure SourceUnhealthy',
    ]);
  });

  it('is pending while the destination runs a newer version, which a merge would take back', () => {
    const newer = [runs('dev', '6.1.5'), runs('prod', '6.1.6')];
    assert.deepEqual(written(open(), newer), ['abc pending Downgrade']);
    assert.deepEqual(written(open(undefined, { ...pullRequests, allowDowngrade: true }), newer), [
      'abc success EvidenceHolds',
    ]);
  });

  it('is looked at again where a window closes or opens, and at the end of a soak', () => {
    const known = { head: 'abc', state: 'success', reason: 'EvidenceHolds' } as const;
    const wakeAt = (promotion: typeof pullRequests, now = minutes(10)) => {
      const pipeline = open(known, promotion);
      const place = { pipeline: 'apps/podinfo', environment: 'prod' } as const;
      const asked: Fact = { type: 'promotion-asked', ...place, again: minutes(1000) };
      const world = worldOf([{ type: 'pipeline-seen', pipeline }, ...healthy, asked]);
      return decide(pipeline, world, retryDelays, now).wakeAt;
    };
    assert.equal(wakeAt(pullRequests), minutes(1000));
    // Healthy since nine, open since ten.
    const windows = [{ kind: 'Allow', schedule: '0 10 * * *', duration: '1h', timeZone: 'UTC' }] as const;
    assert.equal(wakeAt({ ...pullRequests, windows: [...windows] }), Date.UTC(2026, 2, 2, 11));
    assert.equal(wakeAt({ ...pullRequests, soak: '2h' }, minutes(20)), minutes(60));
    assert.equal(wakeAt({ ...pullRequests, soak: '2h' }, minutes(61)), minutes(1000));
  });

  it('asks for no approval that was given', () => {
    assert.deepEqual(written(open(undefined, { ...pullRequests, manual: true }), healthy), [
      'abc success EvidenceHolds',
    ]);
  });

  it('stays as it is while a cluster is only just out of sight', () => {
    assert.deepEqual(written(open(), [...healthy, isLost('dev', minutes(10) - 1000)]), []);
  });
});
