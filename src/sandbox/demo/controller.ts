import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The controller as a process of its own. */
export interface Controller {
  readonly pid: number | undefined;
  /** The newest lines of its log, oldest first. */
  readonly lastLines: () => readonly string[];
  /** How it ended by itself; undefined while it runs. */
  readonly ended: () => string | undefined;
  /** Asks it to stop, and ends it when it does not within five seconds. */
  readonly stop: () => Promise<void>;
}

const kept = 20;
const patience = 5_000;

/** The flags are those of every installation; times are shorter, and addresses free ones of this machine. */
const argumentsFor = (kubeconfig: string, cacheDir: string): readonly string[] => [
  ...['run', '--kubeconfig', kubeconfig, '--cache-dir', cacheDir],
  ...['--pull-request-interval', '1s', '--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0'],
];

/** Runs the program until `stop`; `hear` gets each line that it logs. */
export const startController = (options: {
  readonly program: string;
  readonly kubeconfig: string;
  readonly cacheDir: string;
  readonly hear: (line: string) => void;
}): Controller => {
  const args = [options.program, ...argumentsFor(options.kubeconfig, options.cacheDir)];
  // In a process group of its own: Ctrl-C in the terminal is for the demo, which then stops it.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const lines: string[] = [];
  let end: string | undefined;
  const exited = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => {
    end = signal === null ? `exit code ${String(code)}` : `signal ${String(signal)}`;
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      if (lines.push(line) > kept) lines.shift();
      options.hear(line);
    });
  return {
    pid: child.pid,
    lastLines: () => [...lines],
    ended: () => end,
    stop: async () => {
      if (end !== undefined) return;
      child.kill('SIGTERM');
      const giveUp = setTimeout(() => child.kill('SIGKILL'), patience);
      await exited;
      clearTimeout(giveUp);
    },
  };
};
