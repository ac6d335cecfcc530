import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { git } from '../git/git.ts';
import type { KubeClient } from '../kube-client.ts';

export interface KustomizeController {
  /** The folder of the bare repository on disk. */
  readonly repository: string;
  readonly branch: string;
  /** The cluster's folder in it. */
  readonly path: string;
  readonly interval: number;
  readonly signal: AbortSignal;
  /** Hears why a round did not succeed; the next one tries again. */
  readonly report: (problem: string) => void;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const isManifest = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value && 'metadata' in value;

const read = async ({ repository, path }: KustomizeController, commit: string): Promise<readonly Manifest[]> => {
  const listed = await git(repository, ['ls-tree', '-r', '-z', '--name-only', commit, `${path}/`]);
  const files = listed.split('\0').filter((file) => /\.ya?ml$/.test(file));
  const texts = await Promise.all(files.map((file) => git(repository, ['show', `${commit}:${file}`])));
  return texts
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown))
    .filter(isManifest);
};

/** Namespaces first, so that what lives in them finds them. */
const rank = ({ kind }: Manifest) => (kind === 'Namespace' ? 0 : kind === 'HelmRelease' ? 2 : 1);

/** Applies the objects of a cluster's folder at every new tip of the branch, and deletes those that have left it. Kinds that the cluster does not know are passed over. */
export const runKustomizeController = async (client: KubeClient, options: KustomizeController): Promise<void> => {
  const applied = new Set<string>();

  const pathOf = async ({ apiVersion, kind, metadata: { name, namespace = 'default' } }: Manifest) => {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = (await client.call('GET', group)) as
      { resources: { name: string; kind: string; namespaced: boolean }[] } | undefined;
    const resource = known?.resources.find((one) => one.kind === kind && !one.name.includes('/'));
    if (resource === undefined) return undefined;
    return `${group}/${resource.namespaced ? `namespaces/${namespace}/` : ''}${resource.name}/${name}`;
  };

  const applyAll = async (commit: string) => {
    const present = new Set<string>();
    for (const manifest of [...(await read(options, commit))].sort((a, b) => rank(a) - rank(b))) {
      const path = await pathOf(manifest);
      if (path === undefined) continue;
      await client.apply(path, manifest, 'kustomize-controller');
      present.add(path);
    }
    for (const path of applied) if (!present.has(path)) await client.call('DELETE', path);
    applied.clear();
    for (const path of present) applied.add(path);
  };

  let last = '';
  while (!options.signal.aborted) {
    try {
      const tip = (await git(options.repository, ['rev-parse', '--verify', `refs/heads/${options.branch}`])).trim();
      if (tip !== last) await applyAll(tip);
      last = tip;
    } catch (error) {
      // No branch yet, a server that is away, a manifest that is refused.
      if (!options.signal.aborted) options.report(error instanceof Error ? error.message : String(error));
    }
    await sleep(options.interval, undefined, { signal: options.signal }).catch(() => undefined);
  }
};
