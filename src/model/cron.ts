/** When a schedule comes, in local time: on which minutes of a day (0 to 1439, ascending), and on which days (counted from 1970-01-01). */
export interface Cron {
  readonly minutes: readonly number[];
  readonly onDay: (day: number) => boolean;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

/** What a field says; `any` where it leaves the choice to the others. */
interface Values {
  readonly any: boolean;
  readonly values: ReadonlySet<number>;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields = {
  minute: { name: 'minute', min: 0, max: 59, names: [] },
  hour: { name: 'hour', min: 0, max: 23, names: [] },
  dayOfMonth: { name: 'day of month', min: 1, max: 31, names: [] },
  month: { name: 'month', min: 1, max: 12, names: months },
  dayOfWeek: { name: 'day of week', min: 0, max: 6, names: weekdays },
} satisfies Record<string, Field>;

const shape = 'five fields (minute, hour, day of month, month, day of week), as in "0 9 * * 1-5"';
const syntax = 'numbers, ranges (1-5), lists (1,15), steps (*/2) and the names of months and days (jan, mon)';
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const nicknames: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/**
 * Reads a cron expression as a Kubernetes CronJob does: five fields, or a nickname. When both day of month and day of week are
 * restricted, either suffices; Sunday is 0 and, unlike there, also 7. Throws a RangeError that says what to write instead.
 */
export const parseCron = (schedule: string): Cron => {
  const parts = splitFields(schedule.trim());
  const read = (field: Field, index: number): Values => readField(field, parts[index] ?? '');
  const minutes = ascending(read(fields.minute, 0));
  const hours = ascending(read(fields.hour, 1));
  const days = read(fields.dayOfMonth, 2);
  const inMonths = read(fields.month, 3).values;
  const onWeekdays = read(fields.dayOfWeek, 4);
  const comes = [...inMonths].some((month) => [...days.values].some((day) => day <= (longest[month - 1] ?? 0)));
  if (!comes && onWeekdays.any) throw new RangeError('never comes: none of its months has such a day');
  return {
    minutes: hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)),
    onDay: (day) => {
      const date = new Date(day * 86_400_000);
      if (!inMonths.has(date.getUTCMonth() + 1)) return false;
      const [inMonth, inWeek] = [days.values.has(date.getUTCDate()), onWeekdays.values.has(date.getUTCDay())];
      return days.any || onWeekdays.any ? inMonth && inWeek : inMonth || inWeek;
    },
  };
};

const ascending = ({ values }: Values): readonly number[] => [...values].sort((a, b) => a - b);

const splitFields = (schedule: string): readonly string[] => {
  if (/^(CRON_)?TZ=/.test(schedule)) throw new RangeError('names a time zone: write that into timeZone');
  if (schedule.startsWith('@') && !nicknames.has(schedule))
    throw new RangeError(`is no nickname that is known: write ${shape}, or one of ${[...nicknames.keys()].join(', ')}`);
  const parts = (nicknames.get(schedule) ?? schedule).split(/\s+/);
  if (parts.length === 6) throw new RangeError(`has six fields: leave out the seconds and write ${shape}`);
  if (parts.length !== 5) throw new RangeError(`does not have five fields: write ${shape}`);
  return parts;
};

const readField = (field: Field, text: string): Values => {
  const parts = text.split(',').map((part) => readPart(field, part));
  return { any: parts.some(({ any }) => any), values: new Set(parts.flatMap(({ values }) => [...values])) };
};

const readPart = (field: Field, part: string): Values => {
  const [match, from, to, step] = /^(?:[*?]|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part) ?? [];
  if (match === undefined) throw misread(field, part);
  const by = Number(step ?? 1);
  const first = from === undefined ? field.min : valueOf(field, from, part);
  const last = to === undefined ? (match === from ? first : field.max) : lastOf(field, to, part);
  if (by < 1 || last < first) throw misread(field, part);
  const values = new Set<number>();
  for (let value = first; value <= last; value += by) values.add(isWeek(field) ? value % 7 : value);
  return { any: from === undefined && by === 1, values };
};

const isWeek = (field: Field): boolean => field === fields.dayOfWeek;

const valueOf = (field: Field, text: string, part: string): number => {
  const name = field.names.indexOf(text.toLowerCase());
  const value = name >= 0 ? name + field.min : /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  if (value >= field.min && value <= (isWeek(field) ? 7 : field.max)) return value;
  throw misread(field, part);
};

// A week may end on its Sunday: sat-sun.
const lastOf = (field: Field, text: string, part: string): number =>
  isWeek(field) && text.toLowerCase() === 'sun' ? 7 : valueOf(field, text, part);

const misread = ({ name, min, max }: Field, part: string): RangeError =>
  new RangeError(`says "${part}" for the ${name}, which goes from ${min} to ${max}: ${syntax} are read`);
