import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { now } from './decide/fleet.ts';
import { summary, type Benchmark, type Figure } from './figure.ts';
import { processorTime, residentMemory } from './process-usage.ts';
import { postMany } from './webhook/post-many.ts';

const key = 'a-key-of-webhooks';
const [requests, connections, turns] = [10_000, 32, 5] as const;
const perSecond = 1_000;

const root = fileURLToPath(new URL('../', import.meta.url));

const startServer = async (which: 'ours' | 'bare') => {
  const child = spawn(process.execPath, ['--import', 'tsx', `${root}bench/webhook/server.ts`, which, key], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

interface Measured {
  readonly latencies: readonly number[];
  /** What the server has used of a processor, in seconds: what a busy machine takes from it is not its own. */
  readonly processor: number;
}

const p99 = ({ latencies }: Measured): number =>
  latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN;

/** Keeps a rate for so many seconds, and tells how much more memory the server holds at the end than after the first tenth. */
const soak = async (server: { readonly url: string; readonly pid: number }, seconds: number): Promise<Figure> => {
  const post = aPost();
  const sizes: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const until = sleep(1_000);
    await Promise.all([postMany(server.url, post, perSecond, 8), until]);
    sizes.push(await residentMemory(server.pid));
  }
  const tenth = Math.ceil(sizes.length / 10);
  const median = (values: readonly number[]) => summary(values).median;
  const growth = median(sizes.slice(-tenth)) / median(sizes.slice(tenth, 2 * tenth));
  const note = `${perSecond} a second for ${seconds} s, ${summary(sizes).range.split(', ')[1] ?? ''} MB`;
  return { name: 'memory, last tenth against second', value: growth, unit: '×', bar: 1.1, note };
};

/** What hearing signed events costs, next to a server on bare node:http in the same run; `--soak <seconds>` holds 1,000 a second for so long. */
export const webhook: Benchmark = async (tell, flags) => {
  const [ours, bare] = await Promise.all([startServer('ours'), startServer('bare')]);
  try {
    const post = aPost();
    const measure = async ({ url, pid }: { readonly url: string; readonly pid: number }) => {
      const before = await processorTime(pid);
      const { latencies } = await postMany(url, post, requests, connections);
      return { latencies, processor: (await processorTime(pid)) - before };
    };
    tell(`${turns} turns of ${requests} requests over ${connections} connections`);
    for (const server of [ours, bare]) await measure(server);
    const signed: Measured[] = [];
    const plain: Measured[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      signed.push(await measure(ours));
      plain.push(await measure(bare));
    }
    const perThousand = (measured: readonly Measured[]) =>
      summary(measured.map(({ processor }) => (processor * 1_000_000) / requests));
    const [mine, theirs] = [perThousand(signed), perThousand(plain)];
    const soaked = flags.indexOf('--soak');
    return [
      { name: '1,000 signed requests, processor time', value: mine.median, unit: 'ms', bar: 200, note: mine.range },
      {
        name: 'against bare node:http',
        value: mine.median / theirs.median,
        unit: '×',
        bar: 1 / 0.7,
        note: theirs.range,
      },
      { name: 'one request, p99', value: summary(signed.map(p99)).median, unit: 'ms', bar: 20 },
      ...(soaked === -1 ? [] : [await soak(ours, Number(flags[soaked + 1]))]),
    ];
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
};
