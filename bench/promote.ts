import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bareRepository } from '../src/sandbox/git/bare-repository.ts';
import { rounded, summary, type Benchmark, type Figure } from './figure.ts';
import { configFiles, markedFile } from './promote/config-files.ts';
import { mergeOpen } from './promote/merge-open.ts';
import { promoteByGit } from './promote/promote-by-git.ts';
import type { Delivery, Order } from './promote/promoter.ts';
import { serverFolder } from './promote/server-folder.ts';
import { buildForgeServer, startForgeServer } from './promote/start-forge-server.ts';
import { residentMemory } from './process-usage.ts';
import { bundle } from './watch/bundle.ts';

const sizes = [5000, 30_000];
const warm = 100;
const byGit = 5;
const atOnce = 100;

const promoter = fileURLToPath(new URL('promote/promoter.ts', import.meta.url));

/** The most memory that a process has had, in millions of bytes. */
const peakMemory = async (pid: number): Promise<number> => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
};

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

/** Rejects when the promoter ends before it has answered. */
const deliver = async (child: ChildProcess, order: Order): Promise<Delivery> => {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('the promoter has ended: its error is above');
  });
  try {
    child.send(order);
    const [delivery] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Delivery];
    return delivery;
  } finally {
    over.abort();
  }
};

/** One after the other, each after the one before was merged: the base has moved then. */
const promoteWarm = async (child: ChildProcess, url: string): Promise<readonly Delivery[]> => {
  const deliveries: Delivery[] = [];
  for (let index = 0; index < warm; index += 1) {
    await mergeOpen(new URL(url).origin);
    deliveries.push(await deliver(child, { applications: [index], revision: '2.0.0' }));
  }
  return deliveries;
};

const measureGit = async (url: string): Promise<readonly number[]> => {
  const times: number[] = [];
  for (let index = 0; index < byGit; index += 1)
    times.push(await promoteByGit(url, markedFile(index), `by-git/${index}`));
  return times;
};

/** A repository of a size with its server, what Leafwatch took there, and how all of it is thrown away. */
interface Ours {
  readonly size: number;
  readonly url: string;
  readonly first: Delivery;
  readonly deliveries: readonly Delivery[];
  readonly together: Delivery;
  readonly memory: { readonly resident: number; readonly peak: number };
  readonly close: () => Promise<void>;
}

const figuresOf = ({ size, first, deliveries, together, memory }: Ours, gits: readonly number[]): readonly Figure[] => {
  const times = deliveries.map(({ opened }) => opened);
  const [ours, known] = [summary(times), summary(gits)];
  const own = summary(deliveries.map(({ opened, waited }) => opened - waited));
  const blocked = [first.blocked, Math.max(...deliveries.map((delivery) => delivery.blocked)), together.blocked];
  const when = `${blocked.map((value) => rounded(value)).join(', ')}: the first, warm, at once`;
  const name = (what: string) => `${size} files: ${what}`;
  return [
    { name: name('the first, with the clone'), value: first.opened, unit: 'ms' },
    {
      name: name('warm, median'),
      value: ours.median,
      unit: 'ms',
      note: `${ours.range}; each after the one before was merged`,
    },
    { name: name('warm, p99'), value: percentile(times, 0.99), unit: 'ms', bar: 150 },
    {
      name: name('warm, of our own'),
      value: own.median,
      unit: 'ms',
      note: `${own.range}; while no server was waited for`,
    },
    { name: name('git clone, edit, commit, push'), value: known.median, unit: 'ms', note: known.range },
    { name: name('warm, of what git takes'), value: (ours.median / known.median) * 100, unit: '%', bar: 20 },
    { name: name(`${atOnce} at once, all pushed and opened`), value: together.opened / 1000, unit: 's', bar: 5 },
    { name: name('resident at the end'), value: memory.resident, unit: 'MB', bar: 250 },
    { name: name('resident at most'), value: memory.peak, unit: 'MB', bar: 250 },
    { name: name('event loop blocked at most'), value: Math.max(...blocked), unit: 'ms', bar: 50, note: when },
  ];
};

interface Programs {
  readonly program: string;
  readonly forgeServer: string;
}

const measureOurs = async (
  { program, forgeServer }: Programs,
  size: number,
  tell: (text: string) => void,
): Promise<Ours> => {
  const dir = await serverFolder();
  const repository = await bareRepository(dir, { files: configFiles(size) });
  await repository.git(['repack', '-a', '-d', '--quiet']);
  const forge = await startForgeServer(forgeServer, repository.dir);
  // What Leafwatch keeps is on the disk, as it is with people.
  const cache = await mkdtemp(join(tmpdir(), 'bench-cache-'));
  const close = async () => {
    forge.close();
    for (const folder of [dir, cache]) await rm(folder, { recursive: true, force: true });
  };
  const child = fork(program, [forge.url, cache], { execArgv: [] });
  await once(child, 'message');
  try {
    tell(`${size} files: the first promotion`);
    const first = await deliver(child, { applications: [0], revision: '1.0.1' });
    tell(`${size} files: ${warm} warm ones`);
    const deliveries = await promoteWarm(child, forge.url);
    tell(`${size} files: ${atOnce} at once`);
    const applications = Array.from({ length: atOnce }, (_, index) => index);
    const together = await deliver(child, { applications, revision: '3.0.0' });
    const pid = child.pid ?? 0;
    const memory = { resident: await residentMemory(pid), peak: await peakMemory(pid) };
    return { size, url: forge.url, first, deliveries, together, memory, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    child.kill();
  }
};

/** What it takes from a decision to the branch that is pushed and the pull request that is there: real git over HTTP, and a forge in small. */
export const promote: Benchmark = async (tell) => {
  const built = await mkdtemp(join(tmpdir(), 'bench-promoter-'));
  const measured: Ours[] = [];
  try {
    const program = join(built, 'promoter.mjs');
    await bundle(promoter, program);
    const programs = { program, forgeServer: await buildForgeServer(built) };
    for (const size of sizes) measured.push(await measureOurs(programs, size, tell));
    const figures: Figure[] = [];
    // Git last: it writes every file of the repository, and a disk that is still at it slows down whatever is measured next.
    for (const ours of measured) {
      tell(`${ours.size} files: ${byGit} by git`);
      figures.push(...figuresOf(ours, await measureGit(ours.url)));
    }
    return figures;
  } finally {
    for (const { close } of measured) await close();
    await rm(built, { recursive: true, force: true });
  }
};
