import { join } from 'node:path';
import { componentPath } from './component-path.ts';
import { freePort } from './free-port.ts';
import { requestJson } from './request-json.ts';
import { startProcess, type RunningProcess } from './start-process.ts';

export type RunningEtcd = RunningProcess & { readonly url: string };

/** Starts an etcd of one member with its data in `directory`; nothing is synced to disk, so it lives for a test only. */
export const startEtcd = async (directory: string): Promise<RunningEtcd> => {
  const [client, peer] = await Promise.all([freePort(), freePort()]);
  const url = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const etcd = await startProcess({
    name: 'etcd',
    command: componentPath('ETCD'),
    args: [
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    directory,
    ready: async () => {
      const { status } = await requestJson(`${url}/health`);
      if (status !== 200) throw new Error(`etcd's /health answers ${status}`);
    },
  });
  return { ...etcd, url };
};
