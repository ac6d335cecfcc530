import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { componentPath } from './component-path.ts';
import { freePort } from './free-port.ts';
import { startProcess } from './start-process.ts';

export type Prometheus = {
  /** Below a path, as behind an ingress: `http://127.0.0.1:<port>/prometheus`. */
  readonly url: string;
  readonly close: () => Promise<void>;
};

/** Starts a Prometheus with a past (OpenMetrics) that reads these servers (`host:port`) twice a second. */
export const startPrometheus = async ({
  history,
  targets = [],
}: {
  readonly history?: string;
  readonly targets?: readonly string[];
}): Promise<Prometheus> => {
  const directory = await mkdtemp(join(tmpdir(), 'leafwatch-prometheus-'));
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 3 });
  const [config, past, data] = ['config.json', 'past', 'data'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  try {
    const scrape = { job_name: 'leafwatch', scrape_interval: '500ms', scrape_timeout: '500ms' };
    await writeFile(config, JSON.stringify({ scrape_configs: [{ ...scrape, static_configs: [{ targets }] }] }));
    if (history !== undefined) {
      await writeFile(past, history);
      await promisify(execFile)(componentPath('PROMTOOL'), ['tsdb', 'create-blocks-from', 'openmetrics', past, data]);
    }
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}/prometheus`;
    const { stop } = await startProcess({
      name: 'prometheus',
      command: componentPath('PROMETHEUS'),
      args: [
        ...[`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--storage.tsdb.retention.time=100y'],
        ...[`--web.listen-address=${address}`, `--web.external-url=${url}/`, '--log.level=warn'],
      ],
      directory,
      ready: async () => {
        const { status } = await fetch(`${url}/-/ready`);
        if (status !== 200) throw new Error(`/-/ready answers ${status}`);
      },
    });
    const close = async () => {
      await stop();
      await remove();
    };
    return { url, close };
  } catch (error) {
    await remove();
    throw error;
  }
};
