import { createInterface } from 'node:readline';
import type { Options } from './options.ts';
import { startCommand } from './start-command.ts';
import type { Simulator } from './start-simulator.ts';
import type { Usage } from './usage.ts';

/** What one watcher cost on the whole of the work. Seconds, MiB, milliseconds. */
export interface Costs {
  readonly objects: number;
  readonly synced: number;
  readonly syncedProcessor: number;
  /** Resident at the end of the rest, and after the updates; and the most that it ever was. */
  readonly resting: number;
  readonly after: number;
  readonly peak: number;
  /** Percent of a core. */
  readonly idle: number;
  readonly connections: number;
  readonly busy: readonly Busy[];
}

/** What a rate of updates cost; processor milliseconds for each of them. */
interface Busy {
  readonly rate: number;
  readonly updates: number;
  readonly p50: number;
  readonly p99: number;
  readonly processor: number;
}

type Line = Usage &
  (
    | { readonly event: 'synced'; readonly ms: number; readonly objects: number }
    | {
        readonly event: 'report';
        readonly updates: number;
        readonly latency_ms: { readonly p50: number; readonly p99: number };
      }
  );

const rates = [100, 1000] as const;

/**
 * Runs a watcher through the work: first state, one report of settling, rest, then each rate. The lines of a watcher come
 * once a report interval, so the work is cut into such intervals.
 */
export const measureWatcher = async (
  command: string,
  simulator: Simulator,
  { idle, busy }: Options,
): Promise<Costs> => {
  const rests = Math.ceil(idle / busy);
  const duration = (rests + rates.length + 2) * busy + 5;
  const flags = `--kubeconfigs ${simulator.kubeconfigs} --report ${busy}s --for ${duration}s`;
  const { stdout, stop } = startCommand(`${command} ${flags}`);
  const lines = linesIn(stdout);
  try {
    const synced = await next(lines, 'synced');
    const connections = await simulator.openConnections();
    const settled = await next(lines, 'report');
    let rested = settled;
    for (let count = 0; count < rests; count += 1) rested = await next(lines, 'report');
    const measured = await measureRates(lines, simulator, rested);
    const { last } = measured;
    return {
      objects: synced.objects,
      synced: synced.ms / 1000,
      syncedProcessor: synced.cpu_s,
      resting: rested.rss_mb,
      after: last.rss_mb,
      peak: last.peak_rss_mb,
      idle: ((rested.cpu_s - settled.cpu_s) / (rests * busy)) * 100,
      connections,
      busy: measured.busy,
    };
  } finally {
    await stop();
  }
};

const measureRates = async (
  lines: AsyncIterator<Line>,
  simulator: Simulator,
  begun: Usage,
): Promise<{ readonly busy: readonly Busy[]; readonly last: Usage }> => {
  const busy: Busy[] = [];
  let last = begun;
  for (const rate of rates) {
    await simulator.setRate(rate);
    const { updates, latency_ms, ...usage } = await next(lines, 'report');
    const processor = ((usage.cpu_s - last.cpu_s) / updates) * 1000;
    busy.push({ rate, updates, ...latency_ms, processor });
    last = usage;
  }
  await simulator.setRate(0);
  return { busy, last };
};

async function* linesIn(stdout: NodeJS.ReadableStream): AsyncGenerator<Line, void, undefined> {
  for await (const line of createInterface({ input: stdout })) yield JSON.parse(line) as Line;
}

const next = async <E extends Line['event']>(
  lines: AsyncIterator<Line>,
  event: E,
): Promise<Extract<Line, { event: E }>> => {
  const { value } = (await lines.next()) as { readonly value: Line | undefined };
  if (value?.event !== event) throw new Error(`the watcher was to say ${event}, and said ${JSON.stringify(value)}`);
  return value as Extract<Line, { event: E }>;
};
