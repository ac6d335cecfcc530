import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from './figure.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** How long the whole demo takes, from the command to its exit code 0; the packages are there already. */
export const demo: Benchmark = async (tell) => {
  tell('./scripts/demo --exit');
  const began = performance.now();
  const child = spawn(`${root}scripts/demo`, ['--exit'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [story, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`the demo did not end well:\n${story}`);
  return [{ name: 'from the command to its end', value: (performance.now() - began) / 1000, unit: 's', bar: 60 }];
};
