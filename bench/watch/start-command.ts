import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface Command {
  readonly stdout: Readable;
  readonly stop: () => Promise<void>;
}

/** Runs a shell command, whose errors go to the terminal; it ends with this process at the latest. */
export const startCommand = (command: string): Command => {
  // Without `exec` the shell would be stopped, and not what it runs.
  const child = spawn('sh', ['-c', `exec ${command}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    stdout: child.stdout,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      process.removeListener('exit', kill);
    },
  };
};
