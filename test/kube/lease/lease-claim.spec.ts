import assert from 'node:assert/strict';
import { claimLease, observeLease, releaseLease, type LeaseRecord } from '../../../src/kube/lease/lease-claim.ts';

const record: LeaseRecord = {
  holder: 'b',
  durationSeconds: 15,
  acquiredAt: 1,
  renewedAt: 2,
  transitions: 3,
  version: 'v1',
};
const claim = (since: number, now: number, changes: Partial<LeaseRecord> = {}) =>
  claimLease({ record: { ...record, ...changes }, since }, 'a', 15, now);

describe('observeLease', () => {
  it('counts from when a record was first seen like that', () => {
    const first = observeLease(undefined, record, 100);
    assert.equal(observeLease(first, { ...record }, 5_000).since, 100);
    assert.equal(observeLease(first, { ...record, version: 'v2' }, 5_000).since, 5_000);
    assert.equal(observeLease(first, undefined, 5_000).since, 5_000);
  });
});

describe('claimLease', () => {
  it('creates a Lease that does not exist', () => {
    assert.deepEqual(claimLease({ record: undefined, since: 7 }, 'a', 15, 10), {
      holder: 'a',
      durationSeconds: 15,
      acquiredAt: 10,
      renewedAt: 10,
      transitions: 0,
      version: undefined,
    });
  });

  it("leaves another's Lease until it has not changed for its own duration, whatever its times say", () => {
    assert.equal(claim(100, 15_099), undefined);
    assert.equal(claim(100, 15_099, { renewedAt: -1e12 }), undefined);
    assert.equal(claim(100, 59_999, { durationSeconds: 60 }), undefined);
    assert.equal(claim(100, 15_100, { renewedAt: 1e15 })?.holder, 'a');
  });

  it('takes a released Lease at once, and counts the transition', () => {
    const { holder, transitions, acquiredAt, version } = claim(100, 101, { holder: '' })!;
    assert.deepEqual(
      { holder, transitions, acquiredAt, version },
      { holder: 'a', transitions: 4, acquiredAt: 101, version: 'v1' },
    );
  });

  it('renews its own Lease, also one that has run out', () => {
    const { transitions, acquiredAt, renewedAt } = claim(100, 99_000, { holder: 'a' })!;
    assert.deepEqual({ transitions, acquiredAt, renewedAt }, { transitions: 3, acquiredAt: 1, renewedAt: 99_000 });
  });
});

describe('releaseLease', () => {
  it('names no holder and holds for a second', () => {
    assert.deepEqual(releaseLease(record, 50), { ...record, holder: '', durationSeconds: 1, renewedAt: 50 });
  });
});
