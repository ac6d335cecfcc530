/** How far a zone's local time is ahead of UTC at a moment; both in milliseconds. */
export type TimeZone = (moment: number) => number;

const weekLength = 7 * 86_400_000;
const opened = new Map<string, TimeZone>();
const mostOpened = 100;

/** The offsets of an IANA time zone, right over its changes; throws a RangeError when there is no such zone. */
export const openTimeZone = (name: string): TimeZone => {
  const known = opened.get(name);
  if (known) return known;
  const zone = byWeek(readZone(name));
  if (opened.size >= mostOpened) opened.clear();
  opened.set(name, zone);
  return zone;
};

const readZone = (name: string): TimeZone => {
  const format = formatOf(name);
  return (moment) => {
    const [, sign, hours, minutes, seconds] = /GMT([-+])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(moment)) ?? [];
    const size = Number(hours ?? 0) * 3_600_000 + Number(minutes ?? 0) * 60_000 + Number(seconds ?? 0) * 1000;
    return sign === '-' ? -size : size;
  };
};

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  try {
    if (/^[A-Za-z]/.test(timeZone)) return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new RangeError('is no time zone: write an IANA name, as in Europe/London');
};

/** Asking costs microseconds, and a thousand days may be asked for: a week that begins and ends with one offset has no other within. */
const byWeek = (zone: TimeZone): TimeZone => {
  const weeks = new Map<number, number>();
  const readWeek = (week: number): number => {
    const offset = zone(week * weekLength);
    weeks.set(week, offset === zone((week + 1) * weekLength) ? offset : NaN);
    return weeks.get(week) ?? NaN;
  };
  return (moment) => {
    const week = Math.floor(moment / weekLength);
    const offset = weeks.get(week) ?? readWeek(week);
    return Number.isNaN(offset) ? zone(moment) : offset;
  };
};
