import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { perform } from '../../src/sandbox/demo/act.ts';
import { createCleanup } from '../../src/sandbox/demo/cleanup.ts';
import { createForgeClient } from '../../src/sandbox/demo/forge-client.ts';
import { setStage } from '../../src/sandbox/demo/stage.ts';

const report = (problem: string): void => void process.stderr.write(`${problem}\n`);

/** The process of `startStage`: hosts what surrounds the controller until it is disconnected, and leaves nothing behind. */
const host = async (): Promise<void> => {
  const disconnected = once(process, 'disconnect');
  const cleanup = createCleanup();
  // Who started us ends us: Ctrl-C reaches both.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const dir = await mkdtemp(join(tmpdir(), 'leafwatch-bench-'));
  cleanup.add(() => rm(dir, { recursive: true, force: true }));
  const stage = await setStage(dir, { cleanup, stop: new AbortController().signal, report });
  const forge = createForgeClient(stage.forge.url, stage.forgeToken);
  process.on('message', () => {
    void perform({ type: 'release' }, stage, forge).then(async () => {
      while ((await forge.pullRequests()).length === 0) await sleep(100);
      process.send?.('promoted');
    });
  });
  process.send?.({ kubeconfig: stage.controllerKubeconfig, cacheDir: join(dir, 'cache') });
  await disconnected;
  (await cleanup.run()).forEach(report);
};

await host();
process.exit();
