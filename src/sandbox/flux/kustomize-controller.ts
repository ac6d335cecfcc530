import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { git } from '../git/git.ts';
import type { KubeClient } from '../kube-client.ts';
import { isManifest, resourcePath, type Manifest } from '../resource-path.ts';

interface Options {
  /** The folder of the bare repository on disk. */
  readonly repository: string;
  readonly branch: string;
  /** The cluster's folder in it. */
  readonly path: string;
  /** Milliseconds between two looks at the branch. */
  readonly interval: number;
  readonly signal: AbortSignal;
  /** Hears why a round did not succeed; the next one tries again. */
  readonly report: (problem: string) => void;
}

/** Namespaces first, so that what lives in them finds them. */
const rank = ({ kind }: Manifest) => (kind === 'Namespace' ? 0 : kind === 'HelmRelease' ? 2 : 1);

const manifestsAt = async ({ repository, path }: Options, commit: string): Promise<readonly Manifest[]> => {
  const listed = await git(repository, ['ls-tree', '-r', '-z', '--name-only', commit, `${path}/`]);
  const files = listed.split('\0').filter((file) => /\.ya?ml$/.test(file));
  const texts = await Promise.all(files.map((file) => git(repository, ['show', `${commit}:${file}`])));
  const documents = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown));
  return documents.filter(isManifest).sort((a, b) => rank(a) - rank(b));
};

/** Applies `manifests` and deletes what was `applied` before and is no longer among them; answers what is applied now. */
const applyAll = async (client: KubeClient, manifests: readonly Manifest[], applied: ReadonlySet<string>) => {
  const present = new Set<string>();
  for (const manifest of manifests) {
    const path = await resourcePath(client, manifest);
    if (path === undefined) continue;
    await client.apply(path, manifest, 'kustomize-controller');
    present.add(path);
  }
  for (const path of applied) if (!present.has(path)) await client.call('DELETE', path);
  return present;
};

/** Applies a cluster's folder at every new tip of the branch, and deletes what has left it; ends with its signal. Kinds that the cluster does not know are passed over. */
export const runKustomizeController = async (client: KubeClient, options: Options): Promise<void> => {
  const { repository, branch, interval, signal, report } = options;
  let applied: ReadonlySet<string> = new Set();
  let last = '';
  while (!signal.aborted) {
    try {
      const tip = (await git(repository, ['rev-parse', '--verify', `refs/heads/${branch}`])).trim();
      if (tip !== last) applied = await applyAll(client, await manifestsAt(options, tip), applied);
      last = tip;
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
    }
    await sleep(interval, undefined, { signal }).catch(() => undefined);
  }
};
