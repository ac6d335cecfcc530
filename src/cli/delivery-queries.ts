/** Labels of metrics, and the values that they are to have. */
export type Labels = Readonly<Record<string, string>>;

const series = (name: string, labels: Labels): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`;

/**
 * By how much each series has grown within the last `seconds`. `increase` extrapolates to the edges of that time, so that it is a little more than what was
 * counted, and never less: cut off, it is what was counted.
 */
const growth = (counter: string, seconds: number): string => `floor(increase(${counter}[${seconds}s]) + 0.001)`;

/**
 * The same with what a series begins with, which `increase` does not see. Buckets begin with the first observation of a process, often the only one. (What
 * is counted begins with 0, and needs no such thing: it would count twice what is read under other labels from some day on.)
 */
const growthFromNothing = (counter: string, seconds: number): string => {
  const grown = growth(counter, seconds);
  // The lowest value is the first, or less. A series that was there within the day before is none that begins.
  const begun = `(min_over_time(${counter}[${seconds}s]) unless last_over_time(${counter}[1d] offset ${seconds}s))`;
  return `(${grown} + (${begun} or ${grown} * 0)) or ${begun}`;
};

const median = (histogram: string, labels: Labels, seconds: number, by: string): string =>
  `histogram_quantile(0.5, sum by (${by}) (${growthFromNothing(series(`${histogram}_bucket`, labels), seconds)}))`;

/** What Prometheus is asked for DORA's figures over the last `seconds`, of the metrics that have these labels. */
export const deliveryQueries = (labels: Labels, seconds: number) => ({
  changes: `sum by (environment, result) (${growth(series('leafwatch_changes_total', labels), seconds)})`,
  leadTime: median('leafwatch_change_lead_time_seconds', labels, seconds, 'le'),
  restoreTime: median('leafwatch_change_restore_seconds', labels, seconds, 'environment, le'),
});

/** When Leafwatch was first seen within the last `seconds` (Unix time), looked at every `step` seconds, and now. */
export const reachQuery = (labels: Labels, seconds: number, step: number): string => {
  const seen = `timestamp(${series('leafwatch_build_info', labels)})`;
  return `min(min_over_time(${seen}[${seconds}s:${step}s]) or ${seen})`;
};
