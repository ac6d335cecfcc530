import { formatDuration } from '../model/duration.ts';
import type { Delivery } from './delivery.ts';
import { age } from './shown.ts';
import { table, type Column } from './table.ts';

const lasting = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : formatDuration(seconds * 1000);

const percent = (rate: number | undefined): string | undefined =>
  rate === undefined ? undefined : `${Math.round(rate * 100)}%`;

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
  ['LEAD TIME', ({ leadTimeSeconds }) => lasting(leadTimeSeconds)],
  ['RESTORED IN', ({ restoreSeconds }) => lasting(restoreSeconds)],
  ['OVER', ({ from, shortened }) => `${age(from, now)}${shortened ? '*' : ''}`],
];

/** The figures as a table, one line an environment; a star marks where the history does not reach as far back as was asked. */
export const deliveryTable = (rows: readonly Delivery[], now: number): string =>
  `${table(columns(now), rows).join('\n')}\n`;
