import type { ClusterRow } from './cluster-row.ts';

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
    rows.map((row) => columns.map(([, cell]) => printable(cell(row, now) ?? '') || '-')),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const table = cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('   ')
      .trimEnd(),
  );
  const why = rows.flatMap(({ namespace, name, message }) =>
    message === undefined ? [] : [printable(`${namespace === '' ? name : `${namespace}/${name}`}: ${message}`)],
  );
  return [...table, ...(why.length > 0 ? ['', ...why] : []), ''].join('\n');
};

/** What a server says must not move a terminal's cursor. */
const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

/** An age as kubectl shows it, in its biggest unit or the two biggest. */
const age = (since: string, now: number): string => {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 120) return `${minutes}m`;
  return hours < 48 ? `${hours}h` : `${days}d`;
};
