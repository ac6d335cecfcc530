import type { ClusterRow } from './cluster-row.ts';
import { age, shown } from './shown.ts';
import { table, type Column } from './table.ts';

const columns = (now: number): readonly Column<ClusterRow>[] => [
  ['NAMESPACE', ({ namespace }) => namespace],
  ['NAME', ({ name }) => name],
  ['REGISTERED BY', ({ registeredBy }) => registeredBy.join(', ')],
  ['SERVER', ({ server }) => server],
  ['VERSION', ({ version }) => version],
  ['STATE', ({ state }) => state],
  ['SINCE', ({ since }) => since && age(since, now)],
  ['RELEASES', ({ releases }) => releases?.toString()],
  ['LAST EVENT', ({ lastEvent }) => lastEvent && `${age(lastEvent, now)} ago`],
  ['CERTIFICATE END', ({ certificateEnd }) => certificateEnd?.slice(0, 10)],
  ['REASON', ({ reason }) => reason],
];

/** Clusters as a table, and below it why those that are not live are not; `now` is in milliseconds. */
export const clustersTable = (rows: readonly ClusterRow[], now: number): string => {
  const why = rows.flatMap(({ namespace, name, message }) =>
    message === undefined ? [] : [shown(`${namespace === '' ? name : `${namespace}/${name}`}: ${message}`)],
  );
  return [...table(columns(now), rows), ...(why.length > 0 ? ['', ...why] : []), ''].join('\n');
};
