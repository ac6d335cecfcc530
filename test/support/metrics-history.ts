import { start } from './builders.ts';

/** What a series is from so many minutes before `start` on; `gone` while nobody reads it. */
type Course = readonly (readonly [minutesAgo: number, value: number | 'gone'])[];

const minute = 60_000;

/** The lines of a series that is read once a minute until `start`, as OpenMetrics has them. */
const lines = (name: string, labels: Readonly<Record<string, string>>, course: Course): readonly string[] => {
  const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return course.flatMap(([from, value], at) => {
    const until = course[at + 1]?.[0] ?? -1;
    if (value === 'gone') return [];
    return Array.from({ length: from - until }, (_, index) => {
      const time = (start - (from - index) * minute) / 1000;
      return `${name}{${text.join(',')}} ${value} ${time}`;
    });
  });
};

const of = (pipeline: string, environment: string) => ({ pipeline, application: 'podinfo', environment });
const podinfo = of('apps/podinfo', 'dev');
const production = of('apps/podinfo', 'prod');

const process = (cluster: string, host: number) => ({
  ...{ job: 'leafwatch', cluster },
  instance: `10.0.0.${host}:8080`,
});
const [first, second, follower, brief] = [1, 2, 3, 4].map((host) => process('eu', host)) as [
  ReturnType<typeof process>,
  ReturnType<typeof process>,
  ReturnType<typeof process>,
  ReturnType<typeof process>,
];
const other = process('us', 9);

const info = (labels: object, course: Course) =>
  lines('leafwatch_build_info', { ...labels, version: '1.2.3', node: 'v20.19.0' }, course);
const changes = (labels: object, result: string, course: Course) =>
  lines('leafwatch_changes_total', { ...labels, result }, course);

/** Observations are in the buckets from `le` on. */
const buckets = (name: string, labels: object, bounds: readonly number[], le: number, course: Course) =>
  [...bounds, Infinity].flatMap((bound) =>
    lines(
      `${name}_bucket`,
      { ...labels, le: bound === Infinity ? '+Inf' : String(bound) },
      course.map(([from, value]) => [from, value === 'gone' || bound >= le ? value : 0]),
    ),
  );
const restores = (labels: object, le: number, course: Course) =>
  buckets('leafwatch_change_restore_seconds', labels, [60, 300, 900, 3600, 14_400], le, course);
const leadTimes = (labels: object, le: number, course: Course) =>
  buckets('leafwatch_change_lead_time_seconds', labels, [3600, 14_400, 43_200, 86_400], le, course);

/**
 * Two days of metrics of two installations, until `start`, as Prometheus' tool takes them. In the last day of `eu`: 7 changes of `apps/podinfo` in dev that
 * succeeded and 3 that failed, over a restart in the same pod, a replacement by another pod, one that lived for two minutes and a follower; two changes in
 * prod. `us` has the same Pipeline, and metrics for half a day.
 */
export const metricsHistory = (): string =>
  [
    '# TYPE leafwatch_build_info gauge',
    ...info(first, [
      [2880, 1],
      [1100, 'gone'],
      [1095, 1],
      [900, 'gone'],
    ]),
    ...info(second, [[898, 1]]),
    ...info(follower, [[2880, 1]]),
    ...info(other, [[720, 1]]),
    '# TYPE leafwatch_changes counter',
    // It was there before, and restarts once: three within the day, and not 55.
    ...changes({ ...first, ...podinfo }, 'succeeded', [
      [2880, 40],
      [1500, 52],
      [1400, 53],
      [1200, 54],
      [1100, 'gone'],
      [1095, 0],
      [1000, 1],
      [900, 'gone'],
    ]),
    ...changes({ ...first, ...podinfo }, 'failed', [
      [2880, 3],
      [1100, 'gone'],
      [1095, 0],
      [950, 1],
      [900, 'gone'],
    ]),
    // Another pod after it: three, two of which come at once.
    ...changes({ ...second, ...podinfo }, 'succeeded', [
      [898, 0],
      [700, 1],
      [500, 3],
      [200, 'gone'],
      [199, 0],
    ]),
    // It restarts, and is soon where it was.
    ...changes({ ...second, ...podinfo }, 'failed', [
      [898, 0],
      [300, 1],
      [200, 'gone'],
      [199, 0],
      [190, 1],
    ]),
    ...changes({ ...brief, ...podinfo }, 'succeeded', [
      [1098, 0],
      [1097, 1],
      [1096, 'gone'],
    ]),
    ...['succeeded', 'failed'].flatMap((result) => changes({ ...follower, ...podinfo }, result, [[2880, 0]])),
    ...changes({ ...second, ...production }, 'succeeded', [
      [898, 0],
      [400, 2],
    ]),
    ...changes({ ...second, ...of('secret/payments', 'dev') }, 'succeeded', [
      [898, 0],
      [600, 5],
    ]),
    ...changes({ ...other, ...podinfo }, 'succeeded', [
      [720, 100],
      [60, 111],
    ]),
    '# TYPE leafwatch_change_restore_seconds histogram',
    // Of long ago.
    ...restores({ ...first, ...podinfo }, 60, [
      [2880, 5],
      [900, 'gone'],
    ]),
    // The only one of its process, and so what its buckets begin with.
    ...restores({ ...second, ...podinfo }, 900, [[600, 1]]),
    ...restores({ ...follower, ...podinfo }, 60, [[2880, 0]]),
    '# TYPE leafwatch_change_lead_time_seconds histogram',
    ...leadTimes({ ...second, pipeline: 'apps/podinfo', application: 'podinfo' }, 14_400, [
      [898, 1],
      [400, 3],
    ]),
    '# EOF',
    '',
  ].join('\n');
