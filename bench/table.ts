import { rounded, type Figure } from './figure.ts';

/** Whether the figure stays under its bar; one without a bar does. */
export const isMet = ({ value, bar }: Figure): boolean => bar === undefined || value < bar;

const cells = (benchmark: string, figure: Figure): readonly string[] => {
  const { name, value, unit, bar, note = '' } = figure;
  const verdict = bar === undefined ? '' : isMet(figure) ? 'yes' : 'NO';
  return [
    `${benchmark}: ${name}`,
    `${rounded(value)} ${unit}`,
    bar === undefined ? '' : `< ${bar} ${unit}`,
    verdict,
    note,
  ];
};

/** The figures of benchmarks as lines of text, in columns. */
export const table = (measured: readonly (readonly [benchmark: string, figure: Figure])[]): string => {
  const rows = [['figure', 'value', 'bar', 'met', 'how'], ...measured.map(([name, figure]) => cells(name, figure))];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 1 || column === 2 ? cell.padStart(width(column)) : cell.padEnd(width(column)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
