import { spawn } from 'node:child_process';

/** The environment in which the sandbox runs git: nothing of the person's own configuration, nobody asked for a password. */
export const gitEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Sandbox',
  GIT_AUTHOR_EMAIL: 'sandbox@example.com',
  GIT_COMMITTER_NAME: 'Sandbox',
  GIT_COMMITTER_EMAIL: 'sandbox@example.com',
});

/** Runs the git binary in `dir` and resolves with what it printed; rejects with what it complained about. */
export const git = (dir: string, args: readonly string[], input = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    // In a process group of its own: Ctrl-C in a terminal is for who runs the sandbox, not for a git at work.
    const child = spawn('git', args, { cwd: dir, env: gitEnvironment(), detached: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => undefined); // git may end before it has read everything; its exit code tells
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else
        reject(
          new Error(`git ${args.join(' ')}: exit ${code ?? 'by signal'}: ${Buffer.concat(err).toString().trim()}`),
        );
    });
    child.stdin.end(input);
  });
