import { PassThrough } from 'node:stream';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { parseSettings } from '../../../src/settings.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import type { LogLine } from '../../support/start-controller.ts';
import type { Surroundings } from './start-surroundings.ts';

export interface InProcess {
  readonly lines: () => readonly LogLine[];
  /** Lets its clock jump; timers that already run are not hurried. */
  readonly advance: (milliseconds: number) => void;
  readonly stop: () => Promise<void>;
}

/** Runs the controller in this process, with a clock that can be advanced and short backoffs. */
export const runInProcess = (
  { directory }: Surroundings,
  flags: readonly string[] = [],
  identity = 'in-process',
): InProcess => {
  const own = ['--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0'];
  const places = [`--kubeconfig=${join(directory, 'kubeconfig')}`, `--cache-dir=${join(directory, identity)}`];
  const settings = parseSettings([...own, ...places, ...flags], {});
  if ('usageError' in settings) throw new Error(settings.usageError);
  let ahead = 0;
  const clock = { now: () => systemClock.now() + ahead, random: () => 0.02 };
  const printed: Buffer[] = [];
  const stream = new PassThrough().on('data', (chunk: Buffer) => printed.push(chunk));
  const log = createLog({ level: 'debug', encoding: 'json', clock, stream });
  const stop = new AbortController();
  const ended = import('../../../src/run.ts').then(({ run }) =>
    run({ settings, log, clock, identity, stop: stop.signal }),
  );
  return {
    lines: () =>
      Buffer.concat(printed)
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogLine),
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
};
