import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Benchmark, Figure } from './figure.ts';
import { bundle } from './watch/bundle.ts';
import { compare } from './watch/compare.ts';
import { heapPerRelease } from './watch/heap-per-release.ts';
import { measureWatcher, type Costs } from './watch/measure-watcher.ts';
import { readOptions, type Options, type Size } from './watch/options.ts';
import { startSimulator } from './watch/start-simulator.ts';

const here = fileURLToPath(new URL('watch/', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

/** Resident memory that ours may never pass, MiB, by size. */
const ceilings: Readonly<Record<string, { readonly resting?: number; readonly peak?: number }>> = {
  '300x100': { resting: 160 },
  '500x200': { peak: 300 },
};

/** The size at which the first rival sets bars: a smaller fleet costs less than Node itself. */
const judged = '300x100';

/**
 * What it costs to watch a fleet: ours, the library's informer and any rival one after the other on the same work, each with
 * a simulator of its own.
 */
export const watch: Benchmark = async (tell, flags) => {
  const options = readOptions(flags);
  await mkdir(join(root, 'dist'), { recursive: true });
  const built = await mkdtemp(join(root, 'dist', 'bench-'));
  try {
    await bundle(`${here}leafwatch.ts`, `${built}/leafwatch.mjs`);
    await bundle(`${here}client-node.ts`, `${built}/client-node.mjs`, true);
    const figures: Figure[] = [{ name: 'heap for a release', value: heapPerRelease(), unit: 'KB', bar: 0.7 }];
    for (const size of options.sizes) figures.push(...(await measureSize(size, built, options, tell)));
    return figures;
  } finally {
    await rm(built, { recursive: true, force: true });
  }
};

const measureSize = async (
  size: Size,
  built: string,
  options: Options,
  tell: (text: string) => void,
): Promise<readonly Figure[]> => {
  const title = `${size.leaves}x${size.objects}`;
  const measure = async (command: string): Promise<Costs> => {
    tell(`${title}: ${command}`);
    const simulator = await startSimulator(options.simulator ?? `node --import tsx ${here}simulator.ts`, size);
    try {
      return await measureWatcher(command, simulator, options);
    } finally {
      await simulator.stop();
    }
  };
  const ours = await measure([...(await asInTheImage()), `${built}/leafwatch.mjs`].join(' '));
  const figures: Figure[] = [...ownFigures(title, size, ours)];
  for (const [index, command] of options.against.entries())
    figures.push(
      ...compare(`${title}, ${nameOf(command)}`, ours, await measure(command), index === 0 && title === judged),
    );
  if (options.clientNode)
    figures.push(...compare(`${title}, client-node`, ours, await measure(`node ${built}/client-node.mjs`), false));
  return figures;
};

/** How the image starts Node: with its flags, of which some have no effect later. */
const asInTheImage = async (): Promise<readonly string[]> => {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  const [, entrypoint = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  return z.array(z.string()).min(2).parse(JSON.parse(entrypoint)).slice(0, -1);
};

const nameOf = (command: string): string => basename(command.split(' ')[0] ?? command);

const ownFigures = (title: string, { leaves }: Size, ours: Costs): readonly Figure[] => {
  const { resting, peak } = ceilings[title] ?? {};
  return [
    { name: `${title}: time to the first state`, value: ours.synced, unit: 's' },
    {
      name: `${title}: memory at rest`,
      value: ours.resting,
      unit: 'MiB',
      ...(resting === undefined ? {} : { bar: resting }),
    },
    { name: `${title}: most memory`, value: ours.peak, unit: 'MiB', ...(peak === undefined ? {} : { bar: peak }) },
    // The bar is what a value stays under.
    { name: `${title}: connections for a leaf`, value: ours.connections / leaves, unit: '×', bar: 1.001 },
  ];
};
