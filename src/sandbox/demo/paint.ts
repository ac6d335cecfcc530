import { styleText } from 'node:util';
import type { Happening } from './narrate.ts';

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours for a terminal, or none. */
export const createPaint = (coloured: boolean): Paint => (coloured ? styleText : (_, text) => text);

const colours = { plain: 'white', good: 'green', bad: 'red', person: 'cyan' } as const;

/** A line of the story; `at` is the time since its start in milliseconds. */
export const paintHappening = (paint: Paint, { who, text, tone }: Happening, at: number): string => {
  const time = `${(at / 1000).toFixed(1).padStart(5)}s`;
  const indented = text.replaceAll('\n', `\n${' '.repeat(8)}`);
  return `${paint('dim', time)}  ${paint('bold', who.padEnd(10))} ${paint(colours[tone], indented)}`;
};
