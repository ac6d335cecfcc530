import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';

export type ProcessOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where `<name>.log` is kept. */
  readonly directory: string;
  /** Resolves when the process does its work; called until it does. */
  readonly ready: () => Promise<unknown>;
  readonly timeout?: number;
};

export type RunningProcess = {
  readonly pid: number;
  /** Ends it as an operator would, and by force when it has not ended after two seconds. */
  readonly stop: () => Promise<void>;
  /** Ends it at once, as a crash does. */
  readonly kill: () => Promise<void>;
};

const started = new Set<ChildProcess>();
process.on('exit', () => started.forEach((child) => child.kill('SIGKILL')));
// By itself a SIGTERM ends Node without 'exit', and the servers would live on.
process.once('SIGTERM', () => process.exit(143));

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  // A kube-apiserver with watches open takes a minute to end on SIGTERM.
  const force = setTimeout(() => child.kill('SIGKILL'), 2000);
  await exited;
  clearTimeout(force);
};

const tail = (log: string): string => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-30).join('\n');

const untilReady = async (child: ChildProcess, { ready, timeout = 60_000 }: ProcessOptions): Promise<void> => {
  let ended: Error | undefined;
  child.once('error', (error) => (ended = error));
  child.once('exit', (code, signal) => (ended ??= new Error(`ended with ${signal ?? code ?? 'nothing'}`)));
  const failure = await eventually(async () => ended ?? (await ready().then(() => undefined)), { timeout, every: 50 });
  if (failure) throw failure;
};

/** Starts a server, and resolves when it is ready; a start that fails is told with the end of its log. */
export const startProcess = async (options: ProcessOptions): Promise<RunningProcess> => {
  const log = join(options.directory, `${options.name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...options.env },
  });
  closeSync(output);
  started.add(child);
  child.once('exit', () => started.delete(child));
  try {
    await untilReady(child, options);
  } catch (error) {
    await end(child, 'SIGKILL');
    throw new Error(`${options.name} did not start. The end of its log:\n${tail(log)}`, { cause: error });
  }
  return { pid: child.pid ?? 0, stop: () => end(child, 'SIGTERM'), kill: () => end(child, 'SIGKILL') };
};
