import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What every watcher is told by its command line; times are milliseconds. */
export interface WatcherOptions {
  /** The paths of the kubeconfigs, one for each cluster. */
  readonly kubeconfigs: readonly string[];
  readonly interval: number;
  readonly duration: number;
}

/** Reads `--kubeconfigs <folder> --report 10s --for 60s`. */
export const watcherOptions = (): WatcherOptions => {
  const { values } = parseArgs({
    options: {
      kubeconfigs: { type: 'string', default: 'kubeconfigs' },
      report: { type: 'string', default: '30s' },
      for: { type: 'string', default: '120s' },
    },
  });
  const files = readdirSync(values.kubeconfigs).filter((name) => name.endsWith('.yaml'));
  return {
    kubeconfigs: files.sort().map((name) => join(values.kubeconfigs, name)),
    interval: Number.parseFloat(values.report) * 1000,
    duration: Number.parseFloat(values.for) * 1000,
  };
};

/** The annotation by which a simulator tells when it made an update, in unix nanoseconds. */
export const stamp = 'leafsim/sent-at';
