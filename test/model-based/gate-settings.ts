import type { PromotionSpec, PromotionWindow } from '../../src/model/pipeline-spec.ts';
import { notifications, pullRequests } from '../support/builders.ts';
import type { Chance } from './chance.ts';

interface Version {
  readonly text: string;
  /** Its place in the order of semantic versions; none when it is no version. */
  readonly rank: number | undefined;
  readonly preRelease?: boolean;
}

/** The revisions of the model, written down with their order, so that nothing here compares versions. */
const versions: readonly Version[] = [
  { text: '6.0.0', rank: 0 },
  { text: '6.1.0-rc.1', rank: 1, preRelease: true },
  { text: '6.1.0', rank: 2 },
  { text: '6.1.0+build.7', rank: 2 },
  { text: '6.1.1', rank: 3 },
  { text: '6.1.2-beta.2', rank: 4, preRelease: true },
  { text: '6.1.2-beta.11', rank: 5, preRelease: true },
  { text: '6.1.2', rank: 6 },
  { text: '6.2.0', rank: 7 },
  { text: '6.10.0', rank: 8 },
  { text: '6.99.0', rank: 9 },
  { text: '7.0.0-rc.1', rank: 10, preRelease: true },
  { text: '7.0.0', rank: 11 },
  { text: 'nightly', rank: undefined },
];
export const revisions: readonly string[] = versions.map(({ text }) => text);

const known = (revision: string): Version => versions.find(({ text }) => text === revision)!;

/** Whether `revision` may follow `other` without an allowance: it is not older, as far as that can be told. */
export const mayFollow = (revision: string, other: string): boolean => {
  const [rank, otherRank] = [known(revision).rank, known(other).rank];
  return revision === other || (rank !== undefined && otherRank !== undefined && rank >= otherRank);
};

const ranges: Readonly<Record<string, (version: Version) => boolean>> = {
  '*': ({ rank, preRelease }) => rank !== undefined && !preRelease,
  '>=6.0.0 <7.0.0-0': ({ rank, preRelease }) => rank !== undefined && rank < 10 && !preRelease,
  '>=6.1.0-rc.1': ({ rank, preRelease }) => rank !== undefined && (rank === 1 || (rank > 1 && !preRelease)),
  'six or so': () => false,
};

export const inRange = (revision: string, range: string | undefined): boolean =>
  range === undefined || ranges[range]!(known(revision));

const london = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: 'numeric',
  weekday: 'short',
  hourCycle: 'h23',
});
const inLondon = (time: number) => {
  const parts = london.formatToParts(time);
  const of = (type: string) => parts.find((part) => part.type === type)!.value;
  return { hour: Number(of('hour')), weekend: ['Sat', 'Sun'].includes(of('weekday')) };
};
const hourOf = (time: number): number => (time % 86_400_000) / 3_600_000;

const office: PromotionWindow = {
  kind: 'Allow',
  schedule: '0 9 * * 1-5',
  duration: '8h',
  timeZone: 'Europe/London',
};
const noon: PromotionWindow = { kind: 'Deny', schedule: '0 12 * * *', duration: '90m' };
const opensInOffice = (time: number): boolean => {
  const { hour, weekend } = inLondon(time);
  return !weekend && hour >= 9 && hour < 17;
};
const notAtNoon = (time: number): boolean => hourOf(time) < 12 || hourOf(time) >= 13.5;

/** Sets of windows, and when they are open: told by the hours of the day, without a look at schedules. */
const windowSets: readonly {
  readonly windows: readonly PromotionWindow[];
  readonly open: (time: number) => boolean;
}[] = [
  { windows: [], open: () => true },
  { windows: [office], open: opensInOffice },
  { windows: [noon], open: notAtNoon },
  { windows: [office, noon], open: (time) => opensInOffice(time) && notAtNoon(time) },
  { windows: [noon, { kind: 'Allow', schedule: '@daily', duration: '6h' }], open: (time) => hourOf(time) < 6 },
];

export const isOpen = (windows: readonly PromotionWindow[] | undefined, time: number): boolean =>
  windowSets.find((set) => JSON.stringify(set.windows) === JSON.stringify(windows ?? []))!.open(time);

export const soaks: Readonly<Record<string, number>> = { '0s': 0, '90s': 90_000, '30m': 1_800_000, '1h30m': 5_400_000 };

/** How promotions are made, with some gates. */
export const somePromotion = (chance: Chance): PromotionSpec => ({
  ...(chance.oneIn(25) ? {} : { strategy: chance.one([pullRequests, pullRequests, notifications]).strategy }),
  ...(chance.oneIn(3) ? { manual: true } : {}),
  ...(chance.oneIn(3) ? { soak: chance.one(Object.keys(soaks)) } : {}),
  ...(chance.oneIn(4) ? { versions: chance.one(Object.keys(ranges)) } : {}),
  ...(chance.oneIn(3) ? { windows: [...chance.one(windowSets).windows] } : {}),
  ...(chance.oneIn(3) ? { allowDowngrade: true } : {}),
});
