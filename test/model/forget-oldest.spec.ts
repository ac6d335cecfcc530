import assert from 'node:assert/strict';
import { forgetOldest } from '../../src/model/forget-oldest.ts';

describe('forgetOldest', () => {
  it('takes out what was put in first, of a Set and of a Map', () => {
    const set = new Set(['a', 'b', 'c', 'd']);
    forgetOldest(set, 2);
    assert.deepEqual([...set], ['c', 'd']);
    const map = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    forgetOldest(map, 1);
    assert.deepEqual([...map], [['b', 2]]);
  });

  it('leaves what has room', () => {
    const set = new Set(['a', 'b']);
    forgetOldest(set, 2);
    assert.deepEqual([...set], ['a', 'b']);
  });
});
