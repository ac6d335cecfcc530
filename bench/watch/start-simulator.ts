import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Size } from './options.ts';
import { startCommand } from './start-command.ts';

/** A fleet of leaf clusters in a process of its own. */
export interface Simulator {
  readonly kubeconfigs: string;
  /** Upgrades so many releases a second from now on. */
  readonly setRate: (perSecond: number) => Promise<void>;
  readonly openConnections: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

const control = '127.0.0.1:19999';
const patience = 60_000;

/** Starts the simulator; it answers when every leaf does. */
export const startSimulator = async (command: string, { leaves, objects }: Size): Promise<Simulator> => {
  const kubeconfigs = await mkdtemp(join(tmpdir(), 'leafwatch-bench-'));
  const flags = `--leaves ${leaves} --objects ${objects} --out ${kubeconfigs} --control ${control}`;
  const { stop } = startCommand(`${command} ${flags}`);
  const stats = async () => (await (await fetch(`http://${control}/stats`)).json()) as { connections_open: number };
  const began = performance.now();
  while (!(await stats().catch(() => undefined))) {
    if (performance.now() - began > patience) throw new Error(`the simulator does not answer: ${command}`);
    await sleep(50);
  }
  return {
    kubeconfigs,
    setRate: async (perSecond) => {
      await fetch(`http://${control}/rate?per-second=${perSecond}`, { method: 'POST' });
    },
    openConnections: async () => (await stats()).connections_open,
    stop: async () => {
      await stop();
      await rm(kubeconfigs, { recursive: true, force: true });
    },
  };
};
