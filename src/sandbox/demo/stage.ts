import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startApiServer, type ApiServer } from '../api-server/start-api-server.ts';
import { startFlux } from '../flux/start-flux.ts';
import { startForge, type Forge } from '../forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../git/bare-repository.ts';
import { createKubeClient, type KubeClient } from '../kube-client.ts';
import { clusters, versions } from './application.ts';
import type { Cleanup } from './cleanup.ts';
import { configFiles } from './config-files.ts';
import { controllerToken, createPipeline, installLeafwatch, registerLeaf } from './install.ts';

/** A cluster of the demo, with its administrator's client. */
export interface StagedCluster {
  readonly server: ApiServer;
  readonly client: KubeClient;
}

/** All that surrounds the controller. */
export interface Stage {
  readonly management: StagedCluster;
  readonly leaves: readonly StagedCluster[];
  readonly repository: BareRepository;
  readonly forge: Forge;
  /** The forge's token, the administrator's. */
  readonly forgeToken: string;
  /** For people: every cluster is a context, `management` the current one. */
  readonly kubeconfig: string;
  /** For the controller: its own account in the management cluster. */
  readonly controllerKubeconfig: string;
  /** A file for the controller's log. */
  readonly log: string;
}

interface Kubeconfig {
  readonly clusters: readonly object[];
  readonly users: readonly object[];
  readonly contexts: readonly object[];
  readonly 'current-context': string;
}

const startCluster = async (name: string, cleanup: Cleanup, crds: readonly object[]): Promise<StagedCluster> => {
  const server = await startApiServer({ name, crds });
  cleanup.add(server.close);
  const client = createKubeClient(server);
  cleanup.add(client.close);
  return { server, client };
};

const mergeKubeconfigs = (texts: readonly string[]): string => {
  const all = texts.map((text) => parse(text) as Kubeconfig);
  return stringify({
    ...all[0],
    clusters: all.flatMap((one) => one.clusters),
    users: all.flatMap((one) => one.users),
    contexts: all.flatMap((one) => one.contexts),
  });
};

const startLeaves = async (dir: string, cleanup: Cleanup, report: (problem: string) => void) => {
  const crdText = await readFile(new URL('../helmrelease-crd.yaml', import.meta.url), 'utf8');
  const crds = [parse(crdText) as object];
  const leaves: StagedCluster[] = [];
  for (const name of clusters) {
    const leaf = await startCluster(name, cleanup, crds);
    const flux = startFlux({
      api: leaf.server,
      repository: { dir },
      path: `clusters/${name}`,
      report: (problem) => report(`${name}: ${problem}`),
    });
    cleanup.add(flux.close);
    leaves.push(leaf);
  }
  return leaves;
};

const writeKubeconfigs = async (dir: string, management: StagedCluster, leaves: readonly StagedCluster[]) => {
  const kubeconfig = join(dir, 'kubeconfig');
  const controllerKubeconfig = join(dir, 'leafwatch.kubeconfig');
  const token = await controllerToken(management.client);
  const everybody = [management, ...leaves].map(({ server }) => server.kubeconfig());
  await writeFile(kubeconfig, mergeKubeconfigs(everybody), { mode: 0o600 });
  await writeFile(controllerKubeconfig, management.server.kubeconfig({ token }), { mode: 0o600 });
  return { kubeconfig, controllerKubeconfig };
};

/**
 * Starts a management cluster, the leaves with their Flux, the repository and the forge, and installs and registers as a
 * person would; everything is added to `cleanup` as soon as it is there, and files are in `dir` only.
 */
export const setStage = async (
  dir: string,
  { cleanup, stop, report }: { cleanup: Cleanup; stop: AbortSignal; report: (problem: string) => void },
): Promise<Stage> => {
  const repository = await bareRepository(join(dir, 'config.git'), { files: configFiles(versions.before) });
  const forgeToken = randomUUID();
  const forge = await startForge({ repository, owner: 'fleet', name: 'config', token: forgeToken });
  cleanup.add(forge.close);
  stop.throwIfAborted();
  const leaves = await startLeaves(repository.dir, cleanup, report);
  stop.throwIfAborted();
  const management = await startCluster('management', cleanup, []);
  await installLeafwatch(management.client);
  for (const { server, client } of leaves) await registerLeaf(management.client, server, client);
  await createPipeline(management.client, { url: forge.url, token: forgeToken });
  const kubeconfigs = await writeKubeconfigs(dir, management, leaves);
  return { management, leaves, repository, forge, forgeToken, ...kubeconfigs, log: join(dir, 'leafwatch.log') };
};
