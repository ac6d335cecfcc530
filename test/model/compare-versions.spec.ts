import assert from 'node:assert/strict';
import { compareVersions } from '../../src/model/compare-versions.ts';

describe('compareVersions', () => {
  const pairs = [
    ['6.1.5', '6.1.4', 'newer'],
    ['6.1.4', '6.1.5', 'older'],
    ['6.1.4', '6.1.4', 'same'],
    ['6.1.10', '6.1.9', 'newer'],
    ['6.1.4-rc.1', '6.1.4', 'older'],
    ['6.1.4-rc.10', '6.1.4-rc.9', 'newer'],
    ['6.1.1+build.7', '6.1.1', 'same'],
    ['v6.1.5', '6.1.4', 'newer'],
    ['6.1', '6.1.4', 'unknown'],
    ['today', '6.1.4', 'unknown'],
    ['6.1.4', 'today', 'unknown'],
    ['today', 'today', 'same'],
  ] as const;
  for (const [a, b, expected] of pairs)
    it(`of ${a} to ${b} is ${expected}`, () => {
      assert.equal(compareVersions(a, b), expected);
    });
});
