import assert from 'node:assert/strict';
import { leftovers } from '../../../src/kube/call/leftovers.ts';

describe('leftovers', () => {
  it('are none where all is as wanted', () => {
    assert.equal(leftovers({ a: 1, b: [{ c: 2 }] }, { a: 1, b: [{ c: 2 }] }), undefined);
  });

  it('are the members that nobody wants, at any depth', () => {
    assert.deepEqual(leftovers({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } }), { a: { c: null }, d: null });
  });

  it('are a whole list where it holds more than is wanted', () => {
    assert.deepEqual(leftovers({ a: [1, 2] }, { a: [1] }), { a: [1] });
  });
});
