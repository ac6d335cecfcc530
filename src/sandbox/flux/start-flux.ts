import { createKubeClient, type ApiEndpoint } from '../kube-client.ts';
import { runHelmController } from './helm-controller.ts';
import { runKustomizeController } from './kustomize-controller.ts';
import { renewLease } from './renew-lease.ts';
import type { ChartOutcome } from './script.ts';

/** How often the Lease is renewed, milliseconds: several times between two bookmarks. */
const renewEvery = 10_000;

export interface FluxOptions {
  /** The cluster's API server: ours or a real one. */
  readonly api: ApiEndpoint;
  /** The config repository: the bare repository's folder on disk. */
  readonly repository: { readonly dir: string; readonly branch?: string };
  /** The cluster's folder in the repository, for instance `clusters/dev`. */
  readonly path: string;
  /** Milliseconds between two looks at the branch. */
  readonly interval?: number;
  /** How many times slower than recorded statuses follow one another; a recorded upgrade takes 0.4 s. */
  readonly pace?: number;
  /** What becomes of chart versions; one that is not named succeeds. */
  readonly outcomes?: Readonly<Record<string, ChartOutcome>>;
  /** Hears why the folder could not be applied. */
  readonly report?: (problem: string) => void;
}

/** Flux for one cluster, until `close`: applies the cluster's folder, and moves each HelmRelease through the statuses that a real Flux writes. */
export const startFlux = (options: FluxOptions): { readonly close: () => Promise<void> } => {
  const client = createKubeClient(options.api);
  const stop = new AbortController();
  const { interval = 300, pace = 4, outcomes = {}, path, report = () => undefined } = options;
  const { dir, branch = 'main' } = options.repository;
  const heard = (problem: string) => {
    if (!stop.signal.aborted) report(problem);
  };
  const running = Promise.all([
    runKustomizeController(client, { repository: dir, branch, path, interval, signal: stop.signal, report: heard }),
    runHelmController(client, { outcomes, pace, signal: stop.signal }),
    renewLease(client, renewEvery, stop.signal),
  ]);
  return {
    close: async () => {
      stop.abort();
      client.close();
      await running;
    },
  };
};
