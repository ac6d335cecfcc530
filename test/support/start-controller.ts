import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = `${root}dist/leafwatch.mjs`;

const sources = (): readonly string[] => [
  `${root}package.json`,
  ...readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).map((path) => `${root}src/${path}`),
];

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The path of the bundled program, which is built when there is none or the source is newer. */
export const builtProgram = async (): Promise<string> => {
  if (changedAt(program) < Math.max(...sources().map(changedAt)))
    await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: root });
  return program;
};

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Controller {
  readonly lines: readonly LogLine[];
  /** Where it serves its probes and metrics. */
  readonly urls: { readonly health: string; readonly metrics: string };
  /** Everything that it printed, for a look after a failure. */
  readonly output: () => string;
  /** Ends it as Kubernetes does; resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
  /** Ends it as a lost node does. */
  readonly kill: () => Promise<void>;
}

const started = new Set<ChildProcess>();
process.on('exit', () => started.forEach((child) => child.kill('SIGKILL')));

const parsed = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: 'none', msg: line };
  }
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }
  return child.exitCode;
};

/** Runs the bundled program, `leafwatch run` with these flags, as a process of its own; resolves when it says that it has started. */
export const startController = async (flags: readonly string[]): Promise<Controller> => {
  const own = ['--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0'];
  const child = spawn(process.execPath, [await builtProgram(), 'run', ...own, ...flags]);
  started.add(child);
  child.once('close', () => started.delete(child));
  const lines: LogLine[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(parsed(line)));
  const output = () => lines.map((line) => JSON.stringify(line)).join('\n');
  const startedLine = () => {
    const line = lines.find(({ msg }) => msg === 'started');
    if (!line) throw new Error(`leafwatch has not started: ${output()}`);
    return line;
  };
  const { health, metrics } = await eventually(startedLine).catch(async (error: unknown) => {
    await end(child, 'SIGKILL');
    throw error;
  });
  return {
    lines,
    urls: { health: String(health), metrics: String(metrics) },
    output,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
  };
};
