import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What surrounds the controller: a management cluster, four leaves with their Flux, a config repository and a forge. */
export interface Stage {
  /** The controller's kubeconfig. */
  readonly kubeconfig: string;
  /** A folder for the controller's clones. */
  readonly cacheDir: string;
  /** Releases a version to the first environment; resolves when there is a pull request for the next one. */
  readonly promote: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Sets the demo's stage in a process of its own, so that it shares no event loop with what is measured. */
export const startStage = async (): Promise<Stage> => {
  const host = fork(new URL('./host.ts', import.meta.url), { execArgv: ['--import=tsx'] });
  const exited = once(host, 'exit');
  const heard = async (): Promise<unknown> => {
    const broken = exited.then(() => Promise.reject(new Error('the stage broke down')));
    const [message] = (await Promise.race([once(host, 'message'), broken])) as [unknown];
    return message;
  };
  const { kubeconfig, cacheDir } = (await heard()) as Pick<Stage, 'kubeconfig' | 'cacheDir'>;
  return {
    kubeconfig,
    cacheDir,
    promote: async () => {
      const promoted = heard();
      host.send('promote');
      await promoted;
    },
    close: async () => {
      host.disconnect();
      await exited;
    },
  };
};
