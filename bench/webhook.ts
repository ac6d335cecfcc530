import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { now } from './decide/fleet.ts';
import { rounded, summary, type Benchmark, type Figure } from './figure.ts';
import { processorTime, residentMemory } from './process-usage.ts';
import { bundle } from './watch/bundle.ts';
import { postMany } from './webhook/post-many.ts';

const key = 'a-key-of-webhooks';
const [requests, connections, turns] = [10_000, 32, 5] as const;
const perSecond = 1_000;

type Which = 'ours' | 'checking' | 'bare';

const startServer = async (program: string, which: Which) => {
  const child = spawn(process.execPath, [program, which, key], { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit');
    kill();
    await exited;
    process.removeListener('exit', kill);
  };
  return { url, pid: child.pid ?? 0, stop };
};

/** A post as notification-controller makes it, signed. */
const aPost = (): Buffer => {
  const body = JSON.stringify({
    involvedObject: {
      kind: 'HelmRelease',
      namespace: 'app-0',
      name: 'app-0',
      uid: 'b37db9ea-73e1-4297-a4a4-78055427f11d',
    },
    severity: 'info',
    timestamp: new Date(now).toISOString(),
    message: 'Helm upgrade succeeded for release app-0/app-0.v2 with chart app@6.0.1',
    reason: 'UpgradeSucceeded',
    metadata: { 'app-version': '6.0.1', revision: '6.0.1', cluster: 'dev-0' },
    reportingController: 'helm-controller',
  });
  const signature = createHmac('sha256', key).update(body).digest('hex');
  return Buffer.from(
    `POST /promotion/apps/app-0/dev HTTP/1.1\r\nHost: leafwatch\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Signature: sha256=${signature}\r\n\r\n${body}`,
  );
};

type Server = Awaited<ReturnType<typeof startServer>>;

interface Measured {
  readonly latencies: readonly number[];
  /** What the server has used of a processor, in seconds: what a busy machine takes from it is not its own. */
  readonly processor: number;
}

const p99 = ({ latencies }: Measured): number =>
  latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN;

/** Keeps a rate for so many seconds, and tells how much more memory the server holds at the end than after the first tenth. */
const soak = async (server: Server, seconds: number, tell: (text: string) => void): Promise<Figure> => {
  const post = aPost();
  const sizes: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const until = sleep(1_000);
    await Promise.all([postMany(server.url, post, perSecond, 8), until]);
    sizes.push(await residentMemory(server.pid));
    if (second % 60 === 0) tell(`after ${second + 1} s: ${rounded(sizes.at(-1))} MB`);
  }
  const tenth = Math.ceil(sizes.length / 10);
  const median = (values: readonly number[]) => summary(values).median;
  const growth = median(sizes.slice(-tenth)) / median(sizes.slice(tenth, 2 * tenth));
  const note = `${perSecond} a second for ${seconds} s, ${summary(sizes).range.split(', ')[1] ?? ''} MB`;
  return { name: 'memory, last tenth against second', value: growth, unit: '×', bar: 1.1, note };
};

/** Turn by turn, so that what else the machine does falls on all alike. */
const compare = async (servers: Readonly<Record<Which, Server>>): Promise<Readonly<Record<Which, Measured[]>>> => {
  const post = aPost();
  const measure = async ({ url, pid }: Server): Promise<Measured> => {
    const before = await processorTime(pid);
    const { latencies } = await postMany(url, post, requests, connections);
    return { latencies, processor: (await processorTime(pid)) - before };
  };
  const measured: Record<Which, Measured[]> = { ours: [], checking: [], bare: [] };
  for (const server of Object.values(servers)) await measure(server);
  for (let turn = 0; turn < turns; turn += 1)
    for (const which of ['ours', 'checking', 'bare'] as const) measured[which].push(await measure(servers[which]));
  return measured;
};

/** A rate is what one core can do when it does nothing else: this machine's other work takes nothing from it. */
const figuresOf = ({ ours, checking, bare }: Readonly<Record<Which, Measured[]>>): readonly Figure[] => {
  const perThousand = (measured: readonly Measured[]) =>
    summary(measured.map(({ processor }) => (processor * 1_000_000) / requests));
  const [mine, theirs, least] = [perThousand(ours), perThousand(checking), perThousand(bare)];
  const against = (name: string, { median, range }: typeof mine): Figure => ({
    ...{ name: `against ${name}`, value: mine.median / median, unit: '×', bar: 1.43, note: range },
  });
  return [
    { name: '1,000 signed requests, processor time', value: mine.median, unit: 'ms', bar: 200, note: mine.range },
    against('node:http with one HMAC and JSON.parse', theirs),
    against('bare node:http', least),
    { name: 'one request, p99', value: summary(ours.map(p99)).median, unit: 'ms', bar: 20 },
  ];
};

/** What hearing signed events costs, next to servers on bare node:http in the same run; `--soak <seconds>` holds 1,000 a second for so long. */
export const webhook: Benchmark = async (tell, flags) => {
  const directory = await mkdtemp(join(tmpdir(), 'leafwatch-bench-'));
  const program = join(directory, 'server.mjs');
  await bundle(fileURLToPath(new URL('webhook/server.ts', import.meta.url)), program);
  const [ours, checking, bare] = await Promise.all([
    startServer(program, 'ours'),
    startServer(program, 'checking'),
    startServer(program, 'bare'),
  ]);
  try {
    const soaked = flags.indexOf('--soak');
    if (soaked !== -1) return [await soak(ours, Number(flags[soaked + 1]), tell)];
    tell(`${turns} turns of ${requests} requests over ${connections} connections`);
    return figuresOf(await compare({ ours, checking, bare }));
  } finally {
    await Promise.all([ours, checking, bare].map(({ stop }) => stop()));
    await rm(directory, { recursive: true });
  }
};
