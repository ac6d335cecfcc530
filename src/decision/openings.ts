import type { Cron } from '../model/cron.ts';
import type { TimeZone } from '../model/time-zone.ts';

/** A time from `start` until just before `end`, in milliseconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A schedule in its zone, and for how long it is on each time. */
export interface Recurrence {
  readonly cron: Cron;
  readonly zone: TimeZone;
  readonly duration: number;
}

/** A part of a local day, from `start` until before `end`, with one offset; when it ends, the local clock jumps over `skipped`. */
interface Stretch extends Span {
  readonly day: number;
  readonly offset: number;
  readonly skipped: number;
}

const none: readonly Span[] = [];
const dayLength = 86_400_000;

/** No two starts are further apart: 29 February may be eight years away. */
const longestGap = 3000 * dayLength;

/**
 * The times in which a recurrence is on, in order and with a pause between any two: all that reach beyond `from` and start before `to`,
 * after some that may be over. What would start at a local time that the clock skips starts when it jumps, so that no Deny is forgotten;
 * what starts at one that it shows twice starts twice, as a Kubernetes CronJob does.
 */
export function* openings(recurrence: Recurrence, from: number, to: number): Generator<Span, undefined> {
  const spansIn = readDays(recurrence);
  let last: Span | undefined;
  for (const stretch of stretches(recurrence, from - Math.min(recurrence.duration, longestGap), to)) {
    for (const span of spansIn(stretch)) {
      if (last && last.end < span.start) yield last;
      last = { start: last && span.start <= last.end ? last.start : span.start, end: span.end };
    }
    if (last && last.end < stretch.end) {
      yield last;
      last = undefined;
    }
  }
  if (last) yield last;
  return undefined;
}

const readDays = ({ cron, duration }: Recurrence): ((stretch: Stretch) => readonly Span[]) => {
  const starts = cron.minutes.map((minute) => minute * 60_000);
  const wholeDay = joined(starts, duration);
  return (stretch) => {
    const { day, start, end, offset, skipped } = stretch;
    const midnight = day * dayLength - offset;
    const inGap = skipped > 0 && startsInGap(cron, stretch) ? [{ start: end, end: end + duration }] : none;
    if (!cron.onDay(day)) return inGap;
    const shown = (at: number): boolean => midnight + at >= start && midnight + at < end;
    const spans = end - start === dayLength ? wholeDay : joined(starts.filter(shown), duration);
    return [...spans.map((span) => ({ start: midnight + span.start, end: midnight + span.end })), ...inGap];
  };
};

const joined = (starts: readonly number[], duration: number): readonly Span[] => {
  const result: { start: number; end: number }[] = [];
  for (const start of starts) {
    const last = result.at(-1);
    if (last && start <= last.end) last.end = start + duration;
    else result.push({ start, end: start + duration });
  }
  return result;
};

/** The gap may lie in the next day, and may be all of it: Samoa had no 30 December 2011. */
const startsInGap = (cron: Cron, { end, offset, skipped }: Stretch): boolean => {
  const first = Math.floor((end + offset) / dayLength);
  return [first, first + 1].some((day) => {
    const jumped = (minute: number): boolean => {
      const late = day * dayLength + minute * 60_000 - (end + offset);
      return late >= 0 && late < skipped;
    };
    return cron.onDay(day) && cron.minutes.some(jumped);
  });
};

function* stretches({ cron, zone }: Recurrence, from: number, to: number): Generator<Stretch> {
  // Clocks change at whole seconds.
  let start = Math.floor(from / 1000) * 1000;
  let offset = zone(start);
  while (start < to) {
    const day = Math.floor((start + offset) / dayLength);
    const idle = idleDays(cron, day, (to - start) / dayLength);
    if (idle > 2) {
      // A clock may change by a day: no closer than that to what comes.
      start += (idle - 2) * dayLength;
      offset = zone(start);
      continue;
    }
    const midnight = (day + 1) * dayLength - offset;
    const next = zone(midnight);
    const end = next === offset ? midnight : changeWithin(zone, start, midnight);
    const after = end === midnight ? next : zone(end);
    yield { start, end, day, offset, skipped: Math.max(0, after - offset) };
    [start, offset] = [end, after];
  }
}

const idleDays = (cron: Cron, from: number, most: number): number => {
  let idle = 0;
  while (idle < most + 3 && !cron.onDay(from + idle)) idle += 1;
  return idle;
};

/** The moment, not after `to`, from which on the zone's offset is another than at `from`. */
const changeWithin = (zone: TimeZone, from: number, to: number): number => {
  const offset = zone(from);
  let [before, after] = [from, to];
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (zone(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
};
