import { readFileSync } from 'node:fs';
import { connect } from '../../src/kube/wire/connection.ts';
import { createGate } from '../../src/kube/watch/gate.ts';
import { parseKubeconfig } from '../../src/kube/kubeconfig/kubeconfig.ts';
import { systemClock } from '../../src/clock.ts';
import { keepMemorySmall } from '../../src/keep-memory-small.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { recordOf, textOf } from '../../src/model/reading.ts';
import { watchChanges } from '../../src/sources/watch-changes.ts';
import { createReporter } from './reporter.ts';
import { stamp, watcherOptions } from './watcher-options.ts';

/** A release as the product keeps it, and when the simulator changed it. */
interface Stamped {
  readonly release: HelmRelease;
  readonly sentAt: string;
}

const reading = {
  project: (raw: unknown): Stamped => ({
    release: projectHelmRelease(raw),
    sentAt: textOf(recordOf(recordOf(recordOf(raw)['metadata'])['annotations'])[stamp]) ?? '0',
  }),
  key: ({ release }: Stamped) => release.key,
  uid: ({ release }: Stamped) => release.uid,
  same: (before: Stamped, after: Stamped) => before.sentAt === after.sentAt,
};

const helmReleases = {
  group: 'helm.toolkit.fluxcd.io',
  versions: ['v2', 'v2beta2', 'v2beta1'],
  plural: 'helmreleases',
} as const;

const log = {
  info: () => undefined,
  warn: (message: string) => process.stderr.write(`${message}\n`),
};

/** Watches the clusters as the product does, and prints what that costs. */
const main = (): void => {
  keepMemorySmall();
  const { kubeconfigs, interval, duration } = watcherOptions();
  const { synced, updated } = createReporter(interval, duration);
  const gate = createGate(8);
  const listed = new Map<string, number>();
  for (const path of kubeconfigs) {
    const credentials = parseKubeconfig(readFileSync(path, 'utf8'), { http: true, insecureTls: false });
    watchChanges(connect(credentials), helmReleases, reading, { clock: systemClock, gate, log }).subscribe((change) => {
      if (change.type === 'apply') updated(change.object.sentAt);
      if (change.type !== 'replaced' || listed.has(path)) return;
      listed.set(path, change.objects.length);
      if (listed.size === kubeconfigs.length) synced([...listed.values()].reduce((sum, count) => sum + count, 0));
    });
  }
};

main();
