import {
  CustomObjectsApi,
  KubeConfig,
  makeInformer,
  type KubernetesListObject,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { createReporter } from './reporter.ts';
import { stamp, watcherOptions } from './watcher-options.ts';

const group = 'helm.toolkit.fluxcd.io';
const version = 'v2';
const plural = 'helmreleases';

/** Watches the clusters by the library's own informers, and prints what that costs. */
const main = async (): Promise<void> => {
  const { kubeconfigs, interval, duration } = watcherOptions();
  const { synced, updated } = createReporter(interval, duration);
  const informers = await Promise.all(
    kubeconfigs.map(async (path) => {
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromFile(path);
      const api = kubeConfig.makeApiClient(CustomObjectsApi);
      const list = () =>
        api.listCustomObjectForAllNamespaces({ group, version, resourcePlural: plural }) as Promise<
          KubernetesListObject<KubernetesObject>
        >;
      const informer = makeInformer(kubeConfig, `/apis/${group}/${version}/${plural}`, list);
      informer.on('update', ({ metadata }) => {
        updated(metadata?.annotations?.[stamp] ?? '0');
      });
      await informer.start();
      return informer;
    }),
  );
  synced(informers.reduce((sum, informer) => sum + informer.list().length, 0));
};

await main();
