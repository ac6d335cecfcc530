import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCluster, type Cluster } from './connect-cluster.ts';
import { startApiServer } from './start-api-server.ts';
import { startEtcd } from './start-etcd.ts';

export type ControlPlane<Name extends string> = {
  readonly clusters: Readonly<Record<Name, Cluster>>;
  /** Where the logs are (`etcd.log`, `kube-apiserver-<name>.log`), until `close`. */
  readonly directory: string;
  /** Where etcd answers; its JSON gateway is under `/v3`. */
  readonly etcdUrl: string;
  readonly close: () => Promise<void>;
};

/** Starts one etcd and a kube-apiserver for each name; there is no controller-manager, so a deleted namespace stays Terminating. */
export const startControlPlane = async <const Name extends string>(options: {
  readonly clusters: readonly Name[];
}): Promise<ControlPlane<Name>> => {
  const directory = await mkdtemp(join(tmpdir(), 'leafwatch-control-plane-'));
  const running: { readonly stop: () => Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(running.splice(1).map((server) => server.stop()));
    await Promise.all(running.splice(0).map((etcd) => etcd.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  const startCluster = async (name: Name, etcdUrl: string): Promise<[Name, Cluster]> => {
    const server = await startApiServer({ name, etcdUrl, directory });
    running.push(server);
    return [name, connectCluster(name, server)];
  };
  try {
    const etcd = await startEtcd(directory);
    running.push(etcd);
    const settled = await Promise.allSettled(options.clusters.map((name) => startCluster(name, etcd.url)));
    const entries = settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    return { clusters: Object.fromEntries(entries) as Record<Name, Cluster>, directory, etcdUrl: etcd.url, close };
  } catch (error) {
    await close();
    throw error;
  }
};
