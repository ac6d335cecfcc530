import type { WriteStream } from 'node:tty';
import { board } from './board.ts';
import type { Happening } from './narrate.ts';
import type { Sight } from './observe.ts';
import { createPaint, paintHappening, type Paint } from './paint.ts';

/** Where the story is told. */
export interface Timeline {
  readonly paint: Paint;
  /** A line of the story. */
  readonly tell: (happening: Happening) => void;
  /** Text that stands for itself. */
  readonly write: (text: string) => void;
  /** The newest state of the environments; it is shown in place, where there is a terminal. */
  readonly show: (sight: Sight) => void;
  readonly close: () => void;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const eraseBelow = '\x1b[J';
const up = (lines: number) => (lines === 0 ? '\r' : `\x1b[${lines}A\r`);

/** A log with the board below it, redrawn in place. */
const onTerminal = (out: WriteStream, paint: Paint, elapsed: () => number): Timeline => {
  let drawn: readonly string[] = [];
  const draw = (text: string, lines: readonly string[]) => {
    const below = lines.map((line) => `${line}\n`).join('');
    out.write(`${up(drawn.length)}${eraseBelow}${text}${below}`);
    drawn = lines;
  };
  out.write(hideCursor);
  return {
    paint,
    tell: (happening) => draw(`${paintHappening(paint, happening, elapsed())}\n`, drawn),
    write: (text) => draw(`${text}\n`, drawn),
    show: (sight) => {
      // A terminal that does not know its width says 0.
      const columns = out.columns || 80;
      const rule = paint('dim', '─'.repeat(Math.min(columns, 72)));
      const lines = [rule, ...board(paint, sight, columns)];
      if (lines.join('\n') !== drawn.join('\n')) draw('', lines);
    },
    close: () => out.write(showCursor),
  };
};

const onPaper = (out: NodeJS.WritableStream, paint: Paint, elapsed: () => number): Timeline => ({
  paint,
  tell: (happening) => void out.write(`${paintHappening(paint, happening, elapsed())}\n`),
  write: (text) => void out.write(`${text}\n`),
  show: () => undefined,
  close: () => undefined,
});

/** A live, coloured timeline where `out` is a terminal, plain lines otherwise. */
export const createTimeline = (out: NodeJS.WriteStream, env: NodeJS.ProcessEnv, elapsed: () => number): Timeline => {
  const terminal = out.isTTY && env['TERM'] !== 'dumb';
  const paint = createPaint(terminal && !env['NO_COLOR']);
  return terminal ? onTerminal(out, paint, elapsed) : onPaper(out, paint, elapsed);
};
