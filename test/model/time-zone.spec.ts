import assert from 'node:assert/strict';
import { openTimeZone } from '../../src/model/time-zone.ts';

const hour = 3_600_000;

describe('openTimeZone', () => {
  const offsets: readonly (readonly [string, string, number])[] = [
    ['UTC', '2026-06-10T10:00Z', 0],
    ['Europe/London', '2026-01-10T10:00Z', 0],
    ['Europe/London', '2026-06-10T10:00Z', 1],
    ['Europe/London', '2026-03-29T00:59:59.999Z', 0],
    ['Europe/London', '2026-03-29T01:00Z', 1],
    ['Europe/London', '2026-10-25T00:59:59.999Z', 1],
    ['Europe/London', '2026-10-25T01:00Z', 0],
    ['Asia/Kathmandu', '2026-06-10T10:00Z', 5.75],
    ['America/St_Johns', '2026-01-10T10:00Z', -3.5],
    ['Australia/Lord_Howe', '2026-01-10T10:00Z', 11],
    ['Australia/Lord_Howe', '2026-06-10T10:00Z', 10.5],
    ['Pacific/Apia', '2011-12-30T09:59Z', -10],
    ['Pacific/Apia', '2011-12-30T10:00Z', 14],
    ['Africa/Monrovia', '1970-01-01T00:00Z', -(44.5 / 60)],
    ['US/Pacific', '2026-01-10T10:00Z', -8],
  ];
  for (const [zone, moment, expected] of offsets)
    it(`knows ${zone} at ${moment}`, () => {
      assert.equal(openTimeZone(zone)(Date.parse(moment)), Math.round(expected * hour));
    });

  it('agrees with the calendar at every hour of years, in zones that change in every way', () => {
    for (const zone of ['Europe/London', 'Africa/Casablanca', 'Australia/Lord_Howe', 'Africa/Cairo']) {
      const offset = openTimeZone(zone);
      const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
      for (let moment = Date.UTC(2025, 0, 1); moment < Date.UTC(2027, 0, 1); moment += hour) {
        const [day, month, year, ...time] = format.format(moment).split(/\D+/).map(Number);
        assert.equal(offset(moment), Date.UTC(year!, month! - 1, day, ...time) - moment, `${zone} at ${moment}`);
      }
    }
  });

  for (const name of ['Europe/Nowhere', '', '+05:30', 'Local', 'GMT+1', ' UTC'])
    it(`refuses "${name}"`, () => {
      assert.throws(() => openTimeZone(name), {
        name: 'RangeError',
        message: 'is no time zone: write an IANA name, as in Europe/London',
      });
    });
});
