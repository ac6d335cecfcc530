import assert from 'node:assert/strict';
import { retryAfterOf } from '../../src/web/retry-after.ts';

const now = Date.UTC(2026, 2, 2, 10);

const headers: readonly (readonly [header: string | null, end: number | undefined])[] = [
  ['7', now + 7_000],
  ['0', now],
  ['Mon, 02 Mar 2026 10:01:00 GMT', now + 60_000],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
];

describe('retryAfterOf', () => {
  for (const [header, end] of headers)
    it(`reads ${JSON.stringify(header)}`, () => {
      assert.equal(retryAfterOf(header, now), end);
    });
});
