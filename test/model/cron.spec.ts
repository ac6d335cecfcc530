import assert from 'node:assert/strict';
import { parseCron } from '../../src/model/cron.ts';

const dayOf = (date: string): number => Date.parse(date) / 86_400_000;

describe('parseCron', () => {
  /** A schedule, and another that says the same. */
  const same: readonly (readonly [string, string])[] = [
    ['0 9 * * mon-fri', '0 9 * * 1-5'],
    ['0 9 * * SUN', '0 9 * * 0'],
    ['0 9 * * 7', '0 9 * * 0'],
    ['0 9 * * sat-sun', '0 9 * * 6,0'],
    ['0 9 * * 5-7', '0 9 * * 5,6,0'],
    ['0 9 * Jan,DEC *', '0 9 * 1,12 *'],
    ['*/20 9 * * *', '0,20,40 9 * * *'],
    ['5-20/5 9 * * *', '5,10,15,20 9 * * *'],
    ['40/10 9 * * *', '40,50 9 * * *'],
    ['*/90 9 * * *', '0 9 * * *'],
    ['0 9 * * 4/2', '0 9 * * 4,6'],
    ['30,5 17,9 * * *', '5,30 9,17 * * *'],
    ['0 9 ? * ?', '0 9 * * *'],
    ['0 9 */1 * 1', '0 9 * * 1'],
    ['0 9 1,* * 1', '0 9 * * 1'],
    [' 0\t9  * * * ', '0 9 * * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@hourly', '0 * * * *'],
  ];
  const spelledOut = (schedule: string) => {
    const { minutes, onDay } = parseCron(schedule);
    const days = Array.from({ length: 1500 }, (_, index) => dayOf('2026-01-01') + index);
    return { minutes, days: days.filter(onDay) };
  };
  for (const [schedule, plain] of same)
    it(`reads "${schedule}" as "${plain}"`, () => {
      assert.deepEqual(spelledOut(schedule), spelledOut(plain));
    });

  it('tells the minutes of the day in their order', () => {
    assert.deepEqual(parseCron('30,5 17,9 * * *').minutes, [545, 570, 1025, 1050]);
    assert.equal(parseCron('* * * * *').minutes.length, 1440);
  });

  const days: readonly (readonly [string, string, boolean])[] = [
    ['0 9 13 * *', '2026-11-13', true],
    ['0 9 13 * *', '2026-11-14', false],
    ['0 9 * 2 *', '2026-11-13', false],
    ['0 9 13 * 5', '2026-11-13', true],
    ['0 9 13 * 5', '2026-11-20', true],
    ['0 9 13 * 5', '2026-10-13', true],
    ['0 9 13 * 5', '2026-11-19', false],
    ['0 9 13 1 5', '2026-11-13', false],
    ['0 9 */2 * 1', '2026-11-13', true],
    ['0 9 29 2 *', '2028-02-29', true],
    ['0 9 31 4 1', '2026-04-06', true],
    ['0 9 * * 4', '1969-12-25', true],
  ];
  for (const [schedule, date, expected] of days)
    it(`"${schedule}" ${expected ? 'comes' : 'does not come'} on ${date}`, () => {
      assert.equal(parseCron(schedule).onDay(dayOf(date)), expected);
    });

  const refused: readonly (readonly [string, RegExp])[] = [
    [
      '',
      /^does not have five fields: write five fields \(minute, hour, day of month, month, day of week\), as in "0 9 \* \* 1-5"$/,
    ],
    ['0 9 * *', /^does not have five fields/],
    ['0 0 9 * * 1-5', /^has six fields: leave out the seconds and write five fields/],
    ['@reboot', /^is no nickname that is known: write .* or one of @yearly, .*, @hourly$/],
    ['@every 5m', /^is no nickname/],
    ['TZ=Europe/London 0 9 * * *', /^names a time zone: write that into timeZone$/],
    ['CRON_TZ=UTC 0 9 * * *', /^names a time zone/],
    ['60 9 * * *', /^says "60" for the minute, which goes from 0 to 59: numbers, ranges \(1-5\), .* are read$/],
    ['0 24 * * *', /^says "24" for the hour, which goes from 0 to 23/],
    ['0 9 0 * *', /^says "0" for the day of month/],
    ['0 9 L * *', /^says "L" for the day of month/],
    ['0 9 15W * *', /^says "15W" for the day of month/],
    ['0 9 * 13 *', /^says "13" for the month/],
    ['0 9 * 0 *', /^says "0" for the month/],
    ['0 9 * mon *', /^says "mon" for the month/],
    ['0 9 * * 8', /^says "8" for the day of week/],
    ['0 9 * * 1#2', /^says "1#2" for the day of week/],
    ['0 9 * * monday', /^says "monday" for the day of week/],
    ['0 9 * * fri-mon', /^says "fri-mon" for the day of week/],
    ['0 17-9 * * *', /^says "17-9" for the hour/],
    ['*/0 9 * * *', /^says "\*\/0" for the minute/],
    ['0 9,,10 * * *', /^says "" for the hour/],
    ['-5 9 * * *', /^says "-5" for the minute/],
    ['1e1 9 * * *', /^says "1e1" for the minute/],
    ['0 0 30 2 *', /^never comes: none of its months has such a day$/],
    ['0 0 31 4,jun *', /^never comes/],
  ];
  for (const [schedule, message] of refused)
    it(`refuses "${schedule}" and says what to write`, () => {
      assert.throws(() => parseCron(schedule), { name: 'RangeError', message });
    });
});
