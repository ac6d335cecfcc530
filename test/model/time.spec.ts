import assert from 'node:assert/strict';
import { formatTime } from '../../src/model/time.ts';

describe('formatTime', () => {
  it('writes whole seconds in UTC', () => {
    assert.equal(formatTime(Date.parse('2026-03-02T10:00:00.999Z')), '2026-03-02T10:00:00Z');
  });

  it('ends with the year 9999, however far away the time is', () => {
    assert.equal(formatTime(9_999_999_999 * 3_600_000), '9999-12-31T23:59:59Z');
  });
});
