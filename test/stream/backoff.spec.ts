import assert from 'node:assert/strict';
import { delayOf, failed, rested, succeeded, type Backoff } from '../../src/stream/backoff.ts';

const failedOften = (times: number): Backoff =>
  Array.from({ length: times }).reduce<Backoff>((backoff) => failed(backoff, 0), rested);

describe('backoff', () => {
  it('doubles from 800 ms and never exceeds 30 s', () => {
    const most = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((times) => delayOf(failedOften(times), 1));
    assert.deepEqual(most, [0, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('waits anything from nothing to the full step', () => {
    assert.deepEqual(
      [0, 0.25, 0.5].map((random) => delayOf(failedOften(2), random)),
      [0, 400, 800],
    );
  });

  it('begins anew after two minutes of health, and not sooner', () => {
    const healthy = succeeded(succeeded(failedOften(5), 10_000), 100_000);
    assert.equal(failed(healthy, 129_999).failures, 6);
    assert.equal(failed(healthy, 130_000).failures, 1);
  });
});
