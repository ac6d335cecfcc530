import type { ClusterRow } from './cluster-row.ts';
import { age, shown } from './shown.ts';

const columns: readonly (readonly [title: string, cell: (row: ClusterRow, now: number) => string | undefined])[] = [
  ['NAMESPACE', ({ namespace }) => namespace],
  ['NAME', ({ name }) => name],
  ['REGISTERED BY', ({ registeredBy }) => registeredBy.join(', ')],
  ['SERVER', ({ server }) => server],
  ['VERSION', ({ version }) => version],
  ['STATE', ({ state }) => state],
  ['SINCE', ({ since }, now) => since && age(since, now)],
  ['RELEASES', ({ releases }) => releases?.toString()],
  ['LAST EVENT', ({ lastEvent }, now) => lastEvent && `${age(lastEvent, now)} ago`],
  ['CERTIFICATE END', ({ certificateEnd }) => certificateEnd?.slice(0, 10)],
  ['REASON', ({ reason }) => reason],
];

/** Clusters as a table, and below it why those that are not live are not; `now` is in milliseconds. */
export const clustersTable = (rows: readonly ClusterRow[], now: number): string => {
  const cells = [columns.map(([title]) => title)].concat(
    rows.map((row) => columns.map(([, cell]) => shown(cell(row, now) ?? '') || '-')),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const table = cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('   ')
      .trimEnd(),
  );
  const why = rows.flatMap(({ namespace, name, message }) =>
    message === undefined ? [] : [shown(`${namespace === '' ? name : `${namespace}/${name}`}: ${message}`)],
  );
  return [...table, ...(why.length > 0 ? ['', ...why] : []), ''].join('\n');
};
