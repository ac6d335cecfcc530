import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { startApiServer, type ApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { startFlux } from '../../../src/sandbox/flux/start-flux.ts';
import { startForge, type Forge } from '../../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../../src/sandbox/git/bare-repository.ts';
import { createKubeClient, type KubeClient } from '../../../src/sandbox/kube-client.ts';
import type { PipelineStatus } from '../../../src/model/pipeline-status.ts';
import { releaseAt } from '../../support/podinfo.ts';

const pipelinesPath = '/apis/pipelines.weave.works/v1alpha1/namespaces/podinfo/pipelines';
const releasePath = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/podinfo/helmreleases/podinfo';

const documentsOf = async (path: string, change = (text: string) => text): Promise<object[]> => {
  const text = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
  return parseAllDocuments(change(text)).map((document) => document.toJS() as object);
};

/** The Pipeline as the API server shows it. */
interface PipelineObject {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: PipelineStatus;
}

interface Leaf {
  readonly api: ApiServer;
  readonly client: KubeClient;
  /** The chart version that runs, if one does. */
  readonly runs: () => Promise<string | undefined>;
}

export interface Surroundings {
  readonly directory: string;
  readonly management: ApiServer;
  /** The administrator's. */
  readonly client: KubeClient;
  readonly leaves: Readonly<Record<'dev' | 'prod', Leaf>>;
  readonly forge: Forge;
  readonly repository: BareRepository;
  /** Registers a cluster by whatever kubeconfig; the one that it has is replaced. */
  readonly register: (name: string, kubeconfig: string) => Promise<void>;
  readonly apply: (pipeline: { readonly metadata: { readonly name: string } }) => Promise<void>;
  readonly pipeline: (name?: string) => Promise<PipelineObject>;
  /** Reasons and messages of the Events of a Pipeline. */
  readonly events: (name?: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const startLeaf = async (name: string, repository: BareRepository, crds: object[]) => {
  const api = await startApiServer({ name, crds });
  const client = createKubeClient(api);
  const flux = startFlux({ api, repository, path: `clusters/${name}`, interval: 60, pace: 0.1 });
  const runs = async () => {
    const release = (await client.call('GET', releasePath)) as
      { status?: { history?: readonly { status: string; chartVersion: string }[] } } | undefined;
    return release?.status?.history?.find(({ status }) => status === 'deployed')?.chartVersion;
  };
  const close = async () => {
    await flux.close();
    client.close();
    await api.close();
  };
  return { api, client, runs, close };
};

const managementObjects = (forgeToken: string): readonly [path: string, object: object][] => [
  ...['leafwatch-system', 'podinfo'].map((name): [string, object] => [
    `/api/v1/namespaces/${name}`,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  ]),
  [
    '/api/v1/namespaces/podinfo/secrets/config-repository',
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'config-repository', namespace: 'podinfo' },
      stringData: { username: 'git', password: forgeToken, token: forgeToken },
    },
  ],
];

/** The controller's Lease. */
export const leasePath = '/apis/coordination.k8s.io/v1/namespaces/leafwatch-system/leases/leafwatch';

/** Who holds the controller's Lease; empty when it was released. */
export const leaseHolder = async ({ client }: Pick<Surroundings, 'client'>): Promise<string> => {
  return ((await client.call('GET', leasePath)) as { spec: { holderIdentity?: string } }).spec.holderIdentity ?? '';
};

/** What is around the product, in small: a management cluster, the leaves dev and prod with a Flux each (both registered, both at 6.1.4), a forge. */
export const startSurroundings = async ({
  pipelineDefinition = (definition) => definition,
}: {
  /** Makes another definition of Pipelines of the shipped one. */
  readonly pipelineDefinition?: (shipped: string) => string;
} = {}): Promise<Surroundings> => {
  const directory = await mkdtemp(join(tmpdir(), 'leafwatch-story-'));
  const token = 'forge-token';
  const files = { ...releaseAt('dev', '6.1.4'), ...releaseAt('prod', '6.1.4') };
  const repository = await bareRepository(join(directory, 'config.git'), { files });
  const forge = await startForge({ repository, owner: 'acme', name: 'config', token });
  const crds = await documentsOf('src/sandbox/helmrelease-crd.yaml');
  const [dev, prod] = await Promise.all([startLeaf('dev', repository, crds), startLeaf('prod', repository, crds)]);
  const management = await startApiServer({
    name: 'management',
    crds: [...(await documentsOf('manifests/crd.yaml', pipelineDefinition)), ...crds],
  });
  const client = createKubeClient(management);
  for (const [path, object] of managementObjects(token)) await client.apply(path, object, 'test');
  await writeFile(join(directory, 'kubeconfig'), management.kubeconfig(), { mode: 0o600 });

  const register = async (name: string, kubeconfig: string) => {
    const metadata = { name: `${name}-kubeconfig`, labels: { 'pipelines.weave.works/cluster': name } };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { value: kubeconfig } };
    await client.apply(`/api/v1/namespaces/leafwatch-system/secrets/${metadata.name}`, secret, 'test');
  };
  await register('dev', dev.api.kubeconfig());
  await register('prod', prod.api.kubeconfig());
  return {
    ...{ directory, management, client, leaves: { dev, prod }, forge, repository, register },
    apply: async (pipeline) => {
      await client.apply(`${pipelinesPath}/${pipeline.metadata.name}`, pipeline, 'test');
    },
    pipeline: async (name = 'podinfo') => (await client.call('GET', `${pipelinesPath}/${name}`)) as PipelineObject,
    events: async (name = 'podinfo') => {
      const { items } = (await client.call('GET', '/api/v1/namespaces/podinfo/events')) as {
        items: readonly { involvedObject: { name: string }; reason: string; message: string }[];
      };
      return items
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message }) => `${reason}: ${message}`);
    },
    close: async () => {
      client.close();
      await Promise.all([dev.close(), prod.close(), management.close(), forge.close()]);
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};
