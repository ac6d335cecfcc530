import assert from 'node:assert/strict';
import { tokenBuckets } from '../../src/http/token-buckets.ts';

describe('tokenBuckets', () => {
  it('lets a burst through, and then so many a second', () => {
    const wait = tokenBuckets({ rate: 2, burst: 3 }, 10);
    assert.deepEqual([wait('a', 0), wait('a', 0), wait('a', 0), wait('a', 0)], [0, 0, 0, 0.5]);
    assert.deepEqual([wait('a', 400), wait('a', 500), wait('a', 500)], [(1 - 0.8) / 2, 0, 0.5]);
    assert.deepEqual([wait('a', 60_000), wait('a', 60_000), wait('a', 60_000), wait('a', 60_000)], [0, 0, 0, 0.5]);
  });

  it('counts for each name by itself', () => {
    const wait = tokenBuckets({ rate: 1, burst: 1 }, 10);
    assert.deepEqual([wait('a', 0), wait('b', 0), wait('a', 0)], [0, 0, 1]);
  });

  it('gives nothing away when the clock goes back', () => {
    const wait = tokenBuckets({ rate: 1, burst: 1 }, 10);
    assert.deepEqual([wait('a', 10_000), wait('a', 0), wait('a', 500)], [0, 1, 0.5]);
  });

  it('remembers no more names than it may, and forgets the one that was quiet longest', () => {
    const wait = tokenBuckets({ rate: 1, burst: 1 }, 2);
    assert.deepEqual([wait('a', 0), wait('b', 0), wait('a', 0), wait('c', 0)], [0, 0, 1, 0]);
    assert.deepEqual([wait('a', 0), wait('b', 0)], [1, 0]);
  });
});
