import { formatDuration } from '../model/duration.ts';
import type { Delivery } from './delivery.ts';
import { age } from './shown.ts';
import { table, type Column } from './table.ts';

const lasting = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : formatDuration(seconds * 1000);

const percent = (rate: number | undefined): string | undefined =>
  rate === undefined ? undefined : `${Math.round(rate * 100)}%`;

/** A median, with a tilde where it is estimated. */
const median = (seconds: number | undefined, { source }: Delivery): string | undefined => {
  const text = lasting(seconds);
  return text !== undefined && source === 'metrics' ? `~${text}` : text;
};

const columns = (now: number): readonly Column<Delivery>[] => [
  ['NAMESPACE', ({ namespace }) => namespace],
  ['PIPELINE', ({ pipeline }) => pipeline],
  ['ENVIRONMENT', ({ environment }) => environment],
  ['CHANGES', ({ changes }) => String(changes)],
  ['PER WEEK', ({ changesPerWeek }) => changesPerWeek?.toFixed(1)],
  [
    'FAILED',
    ({ failed, changeFailureRate }) => percent(changeFailureRate) && `${failed} (${percent(changeFailureRate)})`,
  ],
  ['LEAD TIME', (row) => median(row.leadTimeSeconds, row)],
  ['RESTORED IN', (row) => median(row.restoreSeconds, row)],
  ['OVER', ({ from, shortened }) => `${age(from, now)}${shortened ? '*' : ''}`],
];

const sources: Column<Delivery> = ['FROM', ({ source }) => source];

/**
 * The figures as a table, one line an environment; a star marks where the history does not reach as far back as was asked. Where they come from is told
 * when some come from metrics.
 */
export const deliveryTable = (rows: readonly Delivery[], now: number): string => {
  const some = rows.some(({ source }) => source === 'metrics');
  return `${table([...columns(now), ...(some ? [sources] : [])], rows).join('\n')}\n`;
};
