import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { componentPath } from './component-path.ts';
import type { Cluster } from './connect-cluster.ts';

export type KubectlOptions = {
  /** What `-f -` reads. */
  readonly input?: string;
  /** In whose name; the admin's when there is none. */
  readonly token?: string;
};

/** Runs the real kubectl on a cluster and gives its output; a failure rejects with what kubectl said. `['apply', '--server-side', '-f', 'manifests/']` installs what is shipped. */
export const kubectl = async (
  cluster: Cluster,
  args: readonly string[],
  { input = '', token }: KubectlOptions = {},
): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'leafwatch-kubectl-'));
  const kubeconfig = join(directory, 'kubeconfig');
  try {
    await writeFile(kubeconfig, cluster.kubeconfig(token), { mode: 0o600 });
    const own = ['--kubeconfig', kubeconfig, '--cache-dir', join(directory, 'cache')];
    const run = promisify(execFile)(componentPath('KUBECTL'), [...own, ...args]);
    run.child.stdin?.end(input);
    return (await run).stdout;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
