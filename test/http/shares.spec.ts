import assert from 'node:assert/strict';
import { shares } from '../../src/http/shares.ts';

describe('shares', () => {
  it('give a name no more than its share, until it gives one back, and others theirs', () => {
    const take = shares(2);
    const [first, second] = [take('a'), take('a')];
    assert.ok(first && second);
    assert.equal(take('a'), undefined);
    assert.ok(take('b'));
    first();
    assert.ok(take('a'));
    assert.equal(take('a'), undefined);
  });
});
