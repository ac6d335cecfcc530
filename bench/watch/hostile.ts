import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom } from 'rxjs';
import { systemClock } from '../../src/clock.ts';
import { connectTo } from '../../src/kube/wire/connection.ts';
import { watch } from '../../src/kube/watch/watcher.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { floods } from './hostile-server.ts';

/** What one hostile server did to us: the longest that it held the event loop (ms), and the resident memory after it (MiB). */
export interface Hostility {
  readonly name: string;
  readonly lost: string;
  readonly longestBlock: number;
  readonly resident: number;
}

const resource = { group: 'helm.toolkit.fluxcd.io', versions: ['v2'], plural: 'helmreleases' } as const;

const suffer = async (name: string, server: string): Promise<Hostility> => {
  const connection = connectTo({ server, options: () => Promise.resolve({}) });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const events = watch(connection, resource, { project: projectHelmRelease, clock: systemClock });
  const lost = await firstValueFrom(events.pipe(filter((event) => event.type === 'lost')));
  await sleep(20);
  delay.disable();
  connection.close();
  return {
    name,
    lost: lost.failure.message,
    longestBlock: delay.max / 1e6,
    resident: process.memoryUsage.rss() / 1024 / 1024,
  };
};

/** What the machine itself does to us meanwhile. */
const rest = async (): Promise<Hostility> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(2000);
  delay.disable();
  return { name: 'nobody', lost: '', longestBlock: delay.max / 1e6, resident: process.memoryUsage.rss() / 1024 / 1024 };
};

/** Watches hostile servers, which run in a process of their own, one after the other, each twice: the first warms up. */
export const hostilities = async (): Promise<readonly Hostility[]> => {
  const program = new URL('hostile-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import=tsx', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const suffered: Hostility[] = [await rest()];
    for (const [index, name] of Object.keys(floods).entries()) {
      await suffer(name, `${url}/${index}`);
      suffered.push(await suffer(name, `${url}/${index}`));
    }
    return suffered;
  } finally {
    child.kill();
  }
};

if (process.argv[1] === import.meta.filename)
  for (const { name, lost, longestBlock, resident } of await hostilities())
    console.log(`${name}: held ${longestBlock.toFixed(0)} ms, ${resident.toFixed(0)} MiB resident; ${lost}`);
