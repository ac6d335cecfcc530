import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { summary, type Benchmark, type Figure } from './figure.ts';
import { processorTime, residentMemory } from './process-usage.ts';
import { startStage, type Stage } from './stage/start-stage.ts';
import { startProgram, type Program } from './start-program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = `${root}dist/leafwatch.mjs`;
const execute = promisify(execFile);

const starts = 9;
const rests = 3;
const leaves = 4;
/** Milliseconds until a start has settled, and for which an idle process is watched then. */
const settling = 3_000;
const idling = 5_000;

const run = ({ kubeconfig, cacheDir }: Stage): Promise<Program> =>
  startProgram(program, [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cacheDir}`], leaves);

const secondsOf = async (code: string): Promise<number> => {
  const began = performance.now();
  await execute(process.execPath, ['--input-type=module', '-e', code], { cwd: root });
  return (performance.now() - began) / 1000;
};

interface Start {
  readonly startup: number;
  readonly processor: number;
  /** What a bare Node and a bare client-node took just before: as long as the machine let them. */
  readonly node: number;
  readonly clientNode: number;
}

const measureStart = async (stage: Stage): Promise<Start> => {
  const node = await secondsOf('0');
  const clientNode = await secondsOf("import '@kubernetes/client-node'");
  const { startup, startupProcessor: processor, stop } = await run(stage);
  await stop();
  return { startup, processor, node, clientNode };
};

/** The bar is for a machine at rest: the start in bare Nodes, at the price of the fastest of them. */
const measureStarts = async (stage: Stage): Promise<readonly Figure[]> => {
  const measured: Start[] = [];
  for (let index = 0; index < starts; index += 1) measured.push(await measureStart(stage));
  const figure = (name: string, unit: Figure['unit'], of: (one: Start) => number): Figure => {
    const { median: value, range: note } = summary(measured.map(of));
    return { name, value, unit, note };
  };
  const atRest = Math.min(...measured.map(({ node }) => node));
  return [
    figure('ready, with four leaves live', 's', ({ startup }) => startup),
    {
      ...figure('ready, had the machine been at rest', 's', ({ startup, node }) => (startup / node) * atRest),
      bar: 0.6,
    },
    figure('processor time until then', 's', ({ processor }) => processor),
    figure('a bare node', 's', ({ node }) => node),
    figure('against a bare node', '×', ({ startup, node }) => startup / node),
    figure('against a bare import of client-node', '×', ({ startup, clientNode }) => startup / clientNode),
  ];
};

const measureRest = async (stage: Stage): Promise<{ readonly memory: number; readonly processor: number }> => {
  const { pid, stop } = await run(stage);
  await sleep(settling);
  const before = await processorTime(pid);
  await sleep(idling);
  const processor = ((await processorTime(pid)) - before) / (idling / 1000);
  const memory = await residentMemory(pid);
  await stop();
  return { memory, processor: processor * 100 };
};

const measureRests = async (stage: Stage): Promise<readonly Figure[]> => {
  const measured: Awaited<ReturnType<typeof measureRest>>[] = [];
  for (let index = 0; index < rests; index += 1) measured.push(await measureRest(stage));
  const memory = summary(measured.map((one) => one.memory));
  const processor = summary(measured.map((one) => one.processor));
  return [
    { name: 'resident memory, idle with four leaves', value: memory.median, unit: 'MB', bar: 110, note: memory.range },
    { name: 'processor, idle with four leaves', value: processor.median, unit: '%', note: processor.range },
  ];
};

const measurePromotion = async (stage: Stage): Promise<Figure> => {
  const { pid, stop } = await run(stage);
  await stage.promote();
  await sleep(settling);
  const value = await residentMemory(pid);
  await stop();
  return { name: 'resident memory, after a first promotion', value, unit: 'MB' };
};

/** How large the program is, how soon it is ready, and what it costs to have it: with four leaves on loopback. */
export const start: Benchmark = async (tell) => {
  await execute(process.execPath, ['scripts/build.mjs'], { cwd: root });
  const size = (await stat(program)).size / 1e6;
  tell('setting the stage');
  const stage = await startStage();
  try {
    tell(`starting ${starts} times`);
    const times = await measureStarts(stage);
    tell('resting');
    const rest = await measureRests(stage);
    tell('promoting');
    const promoted = await measurePromotion(stage);
    return [{ name: 'size of the bundle', value: size, unit: 'MB' }, ...times, ...rest, promoted];
  } finally {
    await stage.close();
  }
};
