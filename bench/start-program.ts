import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { processorTime } from './process-usage.ts';

export interface Program {
  readonly pid: number;
  /** Seconds from its start until all was live, and what it used of the processors until then. */
  readonly startup: number;
  readonly startupProcessor: number;
  readonly stop: () => Promise<void>;
}

/** How often the probes are asked, milliseconds: what a start-up time may be too long by. */
const interval = 5;
const patience = 30_000;

const allLive = (page: string, clusters: number): boolean =>
  [...page.matchAll(/^leafwatch_cluster_watch_state\{.*state="live".*\} 1$/gm)].length >= clusters;

/** Where the program serves, from its log's line `started`; the rest of the log is not kept. */
const addressesIn = (log: Readable): Promise<{ readonly health: string; readonly metrics: string }> =>
  new Promise((resolve, reject) => {
    let last = '';
    createInterface({ input: log })
      .on('line', (line) => {
        last = line;
        const { msg, health, metrics } = JSON.parse(line) as Readonly<Record<'msg' | 'health' | 'metrics', string>>;
        if (msg === 'started') resolve({ health, metrics });
      })
      .on('close', () => reject(new Error(`the program ended: ${last}`)));
  });

/** Runs the program; resolves when `/readyz` answers 200 and so many clusters are live. */
export const startProgram = async (program: string, flags: readonly string[], clusters: number): Promise<Program> => {
  const own = ['--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0'];
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'run', ...own, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('the program cannot be started');
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const { health, metrics } = await addressesIn(child.stderr);
  const isLive = async () =>
    (await fetch(`${health}/readyz`)).ok && allLive(await (await fetch(`${metrics}/metrics`)).text(), clusters);
  while (!(await isLive())) {
    if (performance.now() - began > patience) throw new Error('the program does not become ready');
    await sleep(interval);
  }
  const startup = (performance.now() - began) / 1000;
  return {
    pid,
    startup,
    startupProcessor: await processorTime(pid),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      process.removeListener('exit', kill);
    },
  };
};
