import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PromotionWindow } from '../../src/model/pipeline-spec.ts';
import { windowState } from '../../src/decision/windows.ts';

const minute = 60_000;
const dayLength = 86_400_000;
const at = (time: string): number => Date.parse(time);
const time = (moment: number | undefined): string | undefined =>
  moment === undefined ? undefined : new Date(moment).toISOString().replace(':00.000Z', 'Z');

const allow = (schedule: string, duration: string, timeZone?: string): PromotionWindow => ({
  kind: 'Allow',
  schedule,
  duration,
  ...(timeZone !== undefined && { timeZone }),
});
const deny = (schedule: string, duration: string, timeZone?: string): PromotionWindow => ({
  ...allow(schedule, duration, timeZone),
  kind: 'Deny',
});

const state = (windows: readonly PromotionWindow[], now: string): string => {
  const found = windowState(windows, at(now));
  return found.type === 'invalid'
    ? found.problem
    : [found.type, ...(found.until === undefined ? [] : ['until', time(found.until)])].join(' ');
};
const problemOf = (window: PromotionWindow): string | undefined => {
  const found = windowState([window], 0);
  return found.type === 'invalid' ? found.problem : undefined;
};

/** Openings, one after another, as `start/end`, by asking again at each change. */
const openingsFrom = (windows: readonly PromotionWindow[], now: string, count: number): readonly string[] => {
  const changes: string[] = [];
  for (let moment: number | undefined = at(now); moment !== undefined && changes.length < 2 * count;) {
    const found = windowState(windows, moment);
    assert.notEqual(found.type, 'invalid');
    moment = found.type === 'invalid' ? undefined : found.until;
    changes.push(`${found.type === 'open' ? 'closes' : 'opens'} ${String(time(moment))}`);
  }
  return changes;
};

describe('windowState', () => {
  const working = allow('0 9 * * 1-5', '8h', 'Europe/London');
  const fridays = deny('0 12 * * 5', '12h', 'Europe/London');

  const cases: readonly (readonly [string, readonly PromotionWindow[], string, string])[] = [
    ['is open without a window', [], '2026-06-10T10:00Z', 'open'],
    ['is open inside an Allow window', [working], '2026-06-10T10:00Z', 'open until 2026-06-10T16:00Z'],
    ['is open at the first moment of an Allow window', [working], '2026-06-10T08:00Z', 'open until 2026-06-10T16:00Z'],
    ['is closed just before', [working], '2026-06-10T07:59:59.999Z', 'closed until 2026-06-10T08:00Z'],
    ['is closed at its end, until the next', [working], '2026-06-10T16:00Z', 'closed until 2026-06-11T08:00Z'],
    ['waits over the weekend', [working], '2026-06-12T16:00Z', 'closed until 2026-06-15T08:00Z'],
    ['is open where only a Deny window is off', [fridays], '2026-06-10T10:00Z', 'open until 2026-06-12T11:00Z'],
    ['is closed inside a Deny window', [fridays], '2026-06-12T11:00Z', 'closed until 2026-06-12T23:00Z'],
    [
      'stays open where windows meet',
      [allow('0 9 * * *', '1h'), allow('0 10 * * *', '1h')],
      '2026-06-10T09:30Z',
      'open until 2026-06-10T11:00Z',
    ],
    ['lets Deny win', [working, fridays], '2026-06-12T12:00Z', 'closed until 2026-06-15T08:00Z'],
    ['closes when a Deny window begins', [working, fridays], '2026-06-12T10:00Z', 'open until 2026-06-12T11:00Z'],
    [
      'reads UTC where no zone is named',
      [allow('0 9 * * *', '1h')],
      '2026-06-10T09:30Z',
      'open until 2026-06-10T10:00Z',
    ],
    [
      'is open inside any of several',
      [allow('0 9 * * *', '1h'), allow('0 12 * * *', '1h')],
      '2026-06-10T12:30Z',
      'open until 2026-06-10T13:00Z',
    ],
    [
      'takes adjacent windows for one',
      [allow('0 9 * * *', '8h'), allow('0 17 * * *', '3h')],
      '2026-06-10T10:00Z',
      'open until 2026-06-10T20:00Z',
    ],
    [
      'takes overlapping windows for one',
      [allow('0 9 * * *', '8h'), allow('0 12 * * *', '8h')],
      '2026-06-10T10:00Z',
      'open until 2026-06-10T20:00Z',
    ],
    [
      'takes starts of one schedule that meet for one',
      [allow('0 9-16 * * *', '1h')],
      '2026-06-10T10:00Z',
      'open until 2026-06-10T17:00Z',
    ],
    [
      'follows days that meet',
      [allow('@daily', '24h'), deny('0 12 13 * *', '1h')],
      '2026-06-10T10:00Z',
      'open until 2026-06-13T12:00Z',
    ],
    ['follows minutes over days', [allow('* * * * 1-5', '1m')], '2026-06-10T10:00Z', 'open until 2026-06-13T00:00Z'],
    ['is always on when longer than its period', [allow('@daily', '25h')], '2026-06-10T10:00Z', 'open'],
    ['is always on when longer than its period, also Deny', [deny('@hourly', '1h')], '2026-06-10T10:00Z', 'closed'],
    [
      'remembers a start of long ago',
      [deny('0 0 1 1 *', '5000h')],
      '2026-06-10T10:00Z',
      'closed until 2026-07-28T08:00Z',
    ],
    [
      'remembers a start of years ago',
      [allow('0 0 29 2 *', '30000h')],
      '2027-06-10T10:00Z',
      'open until 2027-08-02T00:00Z',
    ],
    ['knows leap days', [allow('0 0 29 2 *', '24h')], '2027-06-10T10:00Z', 'closed until 2028-02-29T00:00Z'],
    ['ends a leap day', [allow('0 0 29 2 *', '24h')], '2028-02-29T10:00Z', 'open until 2028-03-01T00:00Z'],
    ['does not look further than 400 days', [allow('0 0 29 2 *', '24h')], '2026-06-10T10:00Z', 'closed'],
    [
      'is on for parts of a minute',
      [allow('* * * * *', '1.5s')],
      '2026-06-10T10:00:01Z',
      'open until 2026-06-10T10:00:01.500Z',
    ],
    [
      'is on in a zone that is not whole hours away',
      [allow('0 9 * * *', '8h', 'Asia/Kathmandu')],
      '2026-06-10T00:00Z',
      'closed until 2026-06-10T03:15Z',
    ],
    [
      'counts weekdays in the zone',
      [allow('0 9 * * 1', '8h', 'Pacific/Auckland')],
      '2026-06-07T20:59Z',
      'closed until 2026-06-07T21:00Z',
    ],
  ];
  for (const [name, windows, now, expected] of cases)
    it(name, () => {
      assert.equal(state(windows, now), expected);
    });

  it('names the Deny window that is on, else the Allow window that opens next', () => {
    const evening = allow('0 18 * * *', '1h', 'Europe/London');
    const by = (now: string) => {
      const found = windowState([evening, working, fridays], at(now));
      return found.type === 'closed' ? found.by : undefined;
    };
    assert.deepEqual(
      [by('2026-06-12T12:00Z'), by('2026-06-10T16:30Z'), by('2026-06-10T20:00Z')],
      [fridays, evening, working],
    );
  });

  it('names an Allow window also where none opens for long', () => {
    const leap = allow('0 0 29 2 *', '24h');
    assert.deepEqual(windowState([leap], at('2026-06-10T10:00Z')), { type: 'closed', until: undefined, by: leap });
  });

  it('looks again when minutes follow one another for too long to be followed at once', () => {
    const odd = deny('1-59/2 * * * *', '1m');
    const even = deny('*/2 * * * *', '1m');
    const found = windowState([odd, even], at('2026-06-10T10:00Z'));
    assert.ok(found.type === 'closed' && found.until !== undefined);
    assert.ok(found.until > at('2026-06-10T22:00Z') && found.until < at('2026-06-12T00:00Z'));
  });
});

describe('windows when clocks change', () => {
  const table: readonly (readonly [string, PromotionWindow, string, readonly string[]])[] = [
    [
      'keep their local start',
      allow('0 9 * * *', '8h', 'Europe/London'),
      '2026-03-28T08:00Z',
      ['opens 2026-03-28T09:00Z', 'closes 2026-03-28T17:00Z', 'opens 2026-03-29T08:00Z', 'closes 2026-03-29T16:00Z'],
    ],
    [
      'start when the clock jumps over their start',
      allow('30 1 * * *', '1h', 'Europe/London'),
      '2026-03-28T12:00Z',
      ['opens 2026-03-29T01:00Z', 'closes 2026-03-29T02:00Z', 'opens 2026-03-30T00:30Z', 'closes 2026-03-30T01:30Z'],
    ],
    [
      'start on both passes of an hour that the clock shows twice',
      allow('30 1 * * *', '10m', 'Europe/London'),
      '2026-10-24T12:00Z',
      ['opens 2026-10-25T00:30Z', 'closes 2026-10-25T00:40Z', 'opens 2026-10-25T01:30Z', 'closes 2026-10-25T01:40Z'],
    ],
    [
      'have no hole in the hour that comes twice',
      deny('0 0-3 * * *', '1h', 'Europe/London'),
      '2026-10-24T23:30Z',
      ['opens 2026-10-25T04:00Z', 'closes 2026-10-26T00:00Z'],
    ],
    [
      'last as long as they say over a change forward',
      allow('0 22 * * 6', '8h', 'Europe/London'),
      '2026-03-28T12:00Z',
      ['opens 2026-03-28T22:00Z', 'closes 2026-03-29T06:00Z'],
    ],
    [
      'last as long as they say over a change back',
      allow('0 22 * * 6', '8h', 'Europe/London'),
      '2026-10-24T12:00Z',
      ['opens 2026-10-24T21:00Z', 'closes 2026-10-25T05:00Z'],
    ],
    [
      'leave a pause in a day of 25 hours where they last 24',
      allow('@daily', '24h', 'Europe/London'),
      '2026-10-25T12:00Z',
      ['closes 2026-10-25T23:00Z', 'opens 2026-10-26T00:00Z'],
    ],
    [
      'start at one o’clock on a day that has no midnight',
      allow('@daily', '1h', 'America/Sao_Paulo'),
      '2018-11-03T12:00Z',
      ['opens 2018-11-04T03:00Z', 'closes 2018-11-04T04:00Z'],
    ],
    [
      'do not start twice on a day whose eve repeats its last hour',
      allow('@daily', '1h', 'America/Sao_Paulo'),
      '2018-02-17T12:00Z',
      ['opens 2018-02-18T03:00Z', 'closes 2018-02-18T04:00Z'],
    ],
    [
      'follow a change of half an hour forward',
      allow('15 2 * * *', '1h', 'Australia/Lord_Howe'),
      '2026-10-02T20:00Z',
      ['opens 2026-10-03T15:30Z', 'closes 2026-10-03T16:30Z', 'opens 2026-10-04T15:15Z', 'closes 2026-10-04T16:15Z'],
    ],
    [
      'follow a change of half an hour back',
      allow('45 1 * * *', '10m', 'Australia/Lord_Howe'),
      '2026-04-04T12:00Z',
      ['opens 2026-04-04T14:45Z', 'closes 2026-04-04T14:55Z', 'opens 2026-04-04T15:15Z', 'closes 2026-04-04T15:25Z'],
    ],
    [
      'start when the clock jumps over midnight and their start after it',
      allow('15 0 31 3 *', '1h', 'America/Toronto'),
      '1919-03-30T12:00Z',
      ['opens 1919-03-31T04:30Z', 'closes 1919-03-31T05:30Z'],
    ],
    [
      'start at the jump for a day that the zone never had',
      allow('0 9 30 12 *', '1h', 'Pacific/Apia'),
      '2011-12-29T12:00Z',
      ['opens 2011-12-30T10:00Z', 'closes 2011-12-30T11:00Z', 'opens 2012-12-29T19:00Z'],
    ],
  ];
  for (const [name, window, now, expected] of table)
    it(name, () => {
      assert.deepEqual(openingsFrom([window], now, 4).slice(0, expected.length), expected);
    });
});

describe('a window that cannot be read', () => {
  const problems: readonly (readonly [string, PromotionWindow, RegExp])[] = [
    [
      'has an unknown time zone',
      allow('0 9 * * *', '8h', 'Europe/Nowhere'),
      /^timeZone "Europe\/Nowhere" is no time zone: write an IANA name, as in Europe\/London$/,
    ],
    ['has an offset for a time zone', allow('0 9 * * *', '8h', '+05:30'), /^timeZone "\+05:30" is no time zone/],
    ['has an empty time zone', allow('0 9 * * *', '8h', ''), /^timeZone "" is no time zone/],
    ['lasts no time', allow('0 9 * * *', '0s'), /^duration "0s" is no length of time: write for instance 8h or 1h30m$/],
    ['has a duration in words', allow('0 9 * * *', '8 hours'), /^duration "8 hours" is no length of time/],
    [
      'has a schedule that is none',
      allow('9:00', '8h'),
      /^schedule "9:00" does not have five fields: write five fields \(minute, hour/,
    ],
  ];
  for (const [name, window, expected] of problems)
    it(name, () => {
      assert.match(String(problemOf(window)), expected);
    });

  it('is named, wherever it stands', () => {
    const broken = deny('0 0 9 * * 1-5', '8h');
    const found = windowState([allow('@daily', '24h'), broken], 0);
    assert.deepEqual(found.type === 'invalid' && found.window, broken);
  });
});

interface Fields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[] | undefined;
  readonly months: readonly number[] | undefined;
  readonly weekdays: readonly number[] | undefined;
}
interface Sample {
  readonly window: PromotionWindow;
  readonly fields: Fields;
  readonly zone: string;
  readonly lasts: number;
}

const zones = [
  'UTC',
  'Europe/London',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'Pacific/Apia',
  'America/Havana',
];
const some = (min: number, max: number, most: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: most });
const anyFields: fc.Arbitrary<Fields> = fc.record({
  minutes: fc.oneof(
    fc.constant([0]),
    fc.constant([30]),
    some(0, 59, 4),
    fc.constant(Array.from({ length: 60 }, (_, index) => index)),
  ),
  hours: fc.oneof(some(0, 3, 4), some(0, 23, 6), fc.constant(Array.from({ length: 24 }, (_, index) => index))),
  days: fc.option(some(1, 28, 10), { nil: undefined }),
  months: fc.option(some(1, 12, 10), { nil: undefined, freq: 2 }),
  weekdays: fc.option(some(0, 6, 5), { nil: undefined }),
});
const written = (values: readonly number[] | undefined): string => values?.join(',') ?? '*';
const aSample: fc.Arbitrary<Sample> = fc
  .record({
    kind: fc.constantFrom('Allow' as const, 'Deny' as const),
    fields: anyFields,
    zone: fc.constantFrom(...zones),
    lasts: fc.oneof(fc.constantFrom(1, 30, 60, 61, 480, 1440, 1500), fc.integer({ min: 1, max: 2000 })),
  })
  .map(({ kind, fields, zone, lasts }) => ({
    fields,
    zone,
    lasts,
    window: {
      kind,
      schedule: [fields.minutes, fields.hours, fields.days, fields.months, fields.weekdays].map(written).join(' '),
      duration: `${lasts}m`,
      timeZone: zone,
    },
  }));

const formats = new Map<string, Intl.DateTimeFormat>();
/** The minute that a wall clock shows, counted from 1970 as if it were UTC: read from a calendar, not from an offset. */
const wallMinute = (zone: string, moment: number): number => {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' });
  formats.set(zone, format);
  const [day, month, year, hour, min] = format.format(moment).split(/\D+/).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, min) / minute;
};

const isStart = ({ minutes, hours, days, months, weekdays }: Fields, wall: number): boolean => {
  const clock = new Date(wall * minute);
  const fits = (values: readonly number[] | undefined, value: number) => values === undefined || values.includes(value);
  const fit = [fits(days, clock.getUTCDate()), fits(weekdays, clock.getUTCDay())];
  const dayFits = days && weekdays ? fit.some(Boolean) : fit.every(Boolean);
  return (
    dayFits &&
    fits(months, clock.getUTCMonth() + 1) &&
    fits(hours, clock.getUTCHours()) &&
    fits(minutes, clock.getUTCMinutes())
  );
};

/** Minute by minute from `from`: whether promotions may be made, by looking at the wall clock of each minute. */
const bruteForce = (samples: readonly Sample[], from: number, minutes: number): readonly boolean[] => {
  const on = samples.map(({ fields, zone, lasts }) => {
    const result: boolean[] = [];
    let left = 0;
    let shown = wallMinute(zone, from - (lasts + 1) * minute);
    for (let index = -lasts; index < minutes; index += 1) {
      const wall = wallMinute(zone, from + index * minute);
      // Every time that the clock showed or jumped over since the last minute.
      for (let passed = Math.min(shown + 1, wall); passed <= wall; passed += 1)
        if (isStart(fields, passed)) left = lasts;
      shown = wall;
      if (index >= 0) result.push(left > 0);
      left -= 1;
    }
    return result;
  });
  const kinds = samples.map(({ window }) => window.kind);
  return Array.from({ length: minutes }, (_, index) => {
    const isOn = (kind: string) => kinds.some((each, position) => each === kind && on[position]![index]);
    return !isOn('Deny') && (!kinds.includes('Allow') || isOn('Allow'));
  });
};

describe('windowState against a clock that is watched minute by minute', () => {
  const changes = [
    '2026-03-29T01:00Z',
    '2026-10-25T01:00Z',
    '2026-10-03T15:30Z',
    '2026-04-04T15:00Z',
    '2018-11-04T03:00Z',
    '2018-02-18T02:00Z',
    '2011-12-30T10:00Z',
    '2026-03-08T05:30Z',
    '2026-11-01T05:00Z',
    '2028-02-29T00:00Z',
  ].map(at);
  const someTime = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -2000, max: 2000 }))
    .map(([change, minutes]) => change + minutes * minute);
  const watched = 2 * 1440;

  it('agrees about the state, and about when it changes', () => {
    const seen = { open: 0, closed: 0, changes: 0 };
    fc.assert(
      fc.property(fc.array(aSample, { minLength: 1, maxLength: 3 }), someTime, fc.nat(59_999), (samples, now, odd) => {
        const truth = bruteForce(samples, now, watched);
        const found = windowState(
          samples.map(({ window }) => window),
          now + odd,
        );
        assert.ok(found.type !== 'invalid');
        assert.equal(found.type, truth[0] ? 'open' : 'closed');
        seen[found.type] += 1;
        const change = truth.findIndex((open) => open !== truth[0]);
        if (change >= 0) {
          seen.changes += 1;
          assert.equal(time(found.until), time(now + change * minute));
        } else assert.ok(found.until === undefined || found.until >= now + watched * minute, time(found.until));
      }),
      { numRuns: Number(process.env['LEAFWATCH_WINDOWS'] ?? 150) },
    );
    assert.ok(Math.min(...Object.values(seen)) > 20, JSON.stringify(seen));
  });

  it('changes at each `until`, and is the same at any moment before', () => {
    fc.assert(
      fc.property(
        fc.array(aSample, { minLength: 1, maxLength: 4 }),
        someTime,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (samples, now, part) => {
          const windows = samples.map(({ window }) => window);
          const found = windowState(windows, now);
          assert.ok(found.type !== 'invalid');
          const until = found.until ?? now + 300 * dayLength;
          const moment = Math.min(until - 1, now + Math.floor(part * (until - now)));
          const between = windowState([...windows], moment);
          assert.equal(between.type, found.type);
          assert.deepEqual(
            windowState(windows, moment),
            between,
            'an answer that is kept is the one that would be found',
          );
          if (found.until === undefined) return;
          assert.equal('until' in between && between.until, found.until);
          assert.notEqual(windowState(windows, found.until).type, found.type);
        },
      ),
      { numRuns: 150 },
    );
  });
});
