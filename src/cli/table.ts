import { shown } from './shown.ts';

/** A column: its title, and what it says of a row. */
export type Column<T> = readonly [title: string, cell: (row: T) => string | undefined];

/** The lines of a table as kubectl aligns them; what is not known is a dash. */
export const table = <T>(columns: readonly Column<T>[], rows: readonly T[]): readonly string[] => {
  const cells = [columns.map(([title]) => title)].concat(
    rows.map((row) => columns.map(([, cell]) => shown(cell(row) ?? '') || '-')),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('   ')
      .trimEnd(),
  );
};
