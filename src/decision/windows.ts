import { parseCron } from '../model/cron.ts';
import { parseDuration } from '../model/duration.ts';
import type { PromotionWindow } from '../model/pipeline-spec.ts';
import { openTimeZone } from '../model/time-zone.ts';
import { openings, type Recurrence, type Span } from './openings.ts';

/**
 * Whether promotions may be made at a moment. `until` is the moment, in milliseconds, at which that changes from closed to open or from
 * open to closed; undefined when it does not within 400 days. Where windows follow one another without a pause more than 1000 times,
 * it is the moment to look again: until then nothing changes.
 */
export type WindowState =
  | { readonly type: 'open'; readonly until: number | undefined }
  /** `by` is the Deny window that is on, or the Allow window that opens next. */
  | { readonly type: 'closed'; readonly until: number | undefined; readonly by: PromotionWindow }
  /** A window that cannot be read, and what to write instead. */
  | { readonly type: 'invalid'; readonly window: PromotionWindow; readonly problem: string };

/** A window as it is met in time: the span that is on at a moment, or the next; moments must not go back. */
interface Clock {
  readonly window: PromotionWindow;
  readonly at: (moment: number) => Span | undefined;
}

type Phase = { readonly until: number } & (
  { readonly type: 'open' } | { readonly type: 'closed'; readonly by: PromotionWindow }
);

const dayLength = 86_400_000;
const lookAhead = 400 * dayLength;
/** Windows of a minute could otherwise be followed for seconds of work. */
const mostSteps = 1000;

/** Promotions may be made inside of any Allow window, if there is one, and never inside a Deny window. */
export const windowState = (windows: readonly PromotionWindow[], now: number): WindowState => {
  const kept = answers.get(windows);
  if (kept && kept.from <= now && now < kept.until) return kept.state;
  const [state, until] = lookAt(windows, now);
  answers.set(windows, { state, from: now, until });
  return state;
};

/** When another of the windows may be the one that keeps promotions away, though the answer stays; undefined when that is not known before it changes. */
export const windowNews = (windows: readonly PromotionWindow[], now: number): number | undefined => {
  const { until = now } = answers.get(windows) ?? {};
  return now < until && until < Infinity ? until : undefined;
};

/** The last answer, and for as long as it is the same: it is asked for with every decision. */
const answers = new WeakMap<
  readonly PromotionWindow[],
  { readonly state: WindowState; readonly from: number; readonly until: number }
>();

/** The state, and until when it cannot be another; one whose end is not known is looked for anew. */
const lookAt = (windows: readonly PromotionWindow[], now: number): readonly [WindowState, until: number] => {
  const clocks: Clock[] = [];
  for (const window of windows) {
    const recurrence = read(window);
    if (typeof recurrence === 'string') return [{ type: 'invalid', window, problem: recurrence }, Infinity];
    clocks.push({ window, at: follow(openings(recurrence, now, now + lookAhead)) });
  }
  const phase = phaseAt(clocks, now);
  const news = Math.min(...clocks.map(({ at }) => nextOf(at(now) ?? never, now)));
  const until = changeOf(phase, clocks, now + lookAhead);
  const same = until === undefined ? now : news;
  return [phase.type === 'open' ? { type: 'open', until } : { type: 'closed', until, by: phase.by }, same];
};

/** When a window begins or ends next: then it may be another one that keeps promotions away. */
const nextOf = ({ start, end }: Span, now: number): number => (start > now ? start : end);

const read = (window: PromotionWindow): Recurrence | string => {
  const recurrence = known.get(window) ?? parse(window);
  known.set(window, recurrence);
  return recurrence;
};

/** A window's fields are read once, and looked at with every decision. */
const known = new WeakMap<PromotionWindow, Recurrence | string>();

const parse = ({ schedule, duration, timeZone = 'UTC' }: PromotionWindow): Recurrence | string => {
  try {
    return {
      cron: readField('schedule', schedule, parseCron),
      zone: readField('timeZone', timeZone, openTimeZone),
      duration: readField('duration', duration, lengthOf),
    };
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
};

const readField = <Value>(field: keyof PromotionWindow, text: string, read: (text: string) => Value): Value => {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${field} "${text}" ${error.message}`, { cause: error });
    throw error;
  }
};

const lengthOf = (text: string): number => {
  const length = parseDuration(text) ?? 0;
  if (length > 0) return length;
  throw new RangeError('is no length of time: write for instance 8h or 1h30m');
};

const follow = (found: Generator<Span, undefined>): Clock['at'] => {
  let current = found.next().value;
  return (moment) => {
    while (current && current.end <= moment) current = found.next().value;
    return current;
  };
};

/** What holds at a moment, and at least until when. */
const phaseAt = (clocks: readonly Clock[], moment: number): Phase => {
  const met = clocks.map(({ window, at }) => ({ window, span: at(moment) ?? never }));
  const denies = met.filter(({ window }) => window.kind === 'Deny');
  const allows = met.filter(({ window }) => window.kind === 'Allow');
  const denying = latest(denies.filter(({ span }) => span.start <= moment));
  if (denying) return { type: 'closed', until: denying.span.end, by: denying.window };
  const nextDeny = Math.min(...denies.map(({ span }) => span.start));
  const allowing = latest(allows.filter(({ span }) => span.start <= moment));
  if (allowing) return { type: 'open', until: Math.min(nextDeny, allowing.span.end) };
  const [nextAllow] = allows.toSorted((a, b) => a.span.start - b.span.start);
  return nextAllow
    ? { type: 'closed', until: nextAllow.span.start, by: nextAllow.window }
    : { type: 'open', until: nextDeny };
};

const never: Span = { start: Infinity, end: Infinity };

const latest = <Met extends { readonly span: Span }>(met: readonly Met[]): Met | undefined =>
  met.reduce<Met | undefined>((last, next) => (last && last.span.end >= next.span.end ? last : next), undefined);

const changeOf = (first: Phase, clocks: readonly Clock[], limit: number): number | undefined => {
  let phase = first;
  for (let steps = 0; phase.until < limit; steps += 1) {
    const moment = phase.until;
    phase = phaseAt(clocks, moment);
    if (phase.type !== first.type || steps === mostSteps) return moment;
  }
  return undefined;
};
