import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../src/model/duration.ts';

describe('parseDuration', () => {
  const durations: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['0s', 0],
    ['750ms', 750],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['-1.5h', -5_400_000],
    ['+2m', 120_000],
    ['1500us', 1.5],
    ['1500µs', 1.5],
    ['1m1s1ms', 61_001],
    ['1s1h', 3_601_000],
  ];
  for (const [text, expected] of durations)
    it(`reads ${text}`, () => {
      assert.equal(parseDuration(text), expected);
    });

  for (const text of ['', '-', '3', '1d', 's', '.s', '1h 30m', '1hm', ' 1s', '1s ', '1e3s', 'PT1H', '--1s', '1m\n'])
    it(`does not read ${JSON.stringify(text)}`, () => {
      assert.equal(parseDuration(text), undefined);
    });

  it('answers whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789.hmsnu-+ d')) }), (text) => {
        const duration = parseDuration(text);
        assert.ok(duration === undefined || Number.isFinite(duration));
      }),
    );
  });
});

describe('formatDuration', () => {
  it('leaves out what is zero', () => {
    assert.deepEqual([0, 750, 45_000, 720_000, 5_400_000, 3_600_001, -90_000].map(formatDuration), [
      '0s',
      '750ms',
      '45s',
      '12m',
      '1h30m',
      '1h1ms',
      '-1m30s',
    ]);
  });

  it('is read back as the same duration', () => {
    fc.assert(
      fc.property(fc.integer(), (duration) => {
        assert.equal(parseDuration(formatDuration(duration)), duration);
      }),
    );
  });
});
