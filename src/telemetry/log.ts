import { Writable } from 'node:stream';
import winston from 'winston';
import type { Clock } from '../model/clock.ts';
import { printable } from './printable.ts';

const ranks = { error: 0, warn: 1, info: 2, debug: 3 } as const;
type LogLevel = keyof typeof ranks;
type LogFields = Readonly<Record<string, unknown>>;
type Write = (message: string, fields?: LogFields) => void;

/** Lines for people and machines. Fields hold what the line is about; credentials in them are not shown. */
export type Log = Readonly<Record<LogLevel, Write>>;

export interface LogOptions {
  readonly level: LogLevel;
  /** `json`: one object a line, as Flux writes it; `console`: columns for the eye. */
  readonly encoding: 'json' | 'console';
  readonly clock: Pick<Clock, 'now'>;
  /** Where lines go: standard error, unless told otherwise. */
  readonly stream?: NodeJS.WritableStream;
}

interface Line {
  readonly level: string;
  readonly ts: string;
  readonly msg: string;
  readonly fields: LogFields;
}

const encodings = {
  json: ({ fields, ...line }: Line): string => JSON.stringify({ ...line, ...fields }),
  console: ({ level, ts, msg, fields }: Line): string =>
    [ts, level.toUpperCase(), msg, ...(Object.keys(fields).length > 0 ? [JSON.stringify(fields)] : [])].join('\t'),
};

const reserved = ['level', 'ts', 'msg'];

/** A log that writes what is at least as severe as `level`. */
export const createLog = ({ level, encoding, clock, stream = process.stderr }: LogOptions): Log => {
  const logger = winston.createLogger({ level });
  logger.pipe(
    new Writable({
      objectMode: true,
      write: ({ message }: { readonly message: string }, _, done) => {
        stream.write(`${message}\n`);
        done();
      },
    }),
  );
  const write = (at: LogLevel): Write => {
    // winston takes 5 µs to find out that a line is not wanted.
    if (ranks[at] > ranks[level]) return () => undefined;
    return (message, fields = {}) => {
      const line = {
        level: at,
        ts: new Date(clock.now()).toISOString(),
        msg: String(printable(message)),
        fields: shown(fields),
      };
      logger.log(at, encodings[encoding](line));
    };
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
};

const shown = (fields: LogFields): LogFields => {
  const printed = Object.entries(printable(fields) as LogFields);
  return Object.fromEntries(printed.map(([name, value]) => [reserved.includes(name) ? `${name}_` : name, value]));
};
