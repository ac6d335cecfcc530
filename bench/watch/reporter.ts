import { performance } from 'node:perf_hooks';
import { ownUsage } from './usage.ts';

/** Prints what a watcher costs, as JSON lines: once when every cluster is known, then every so often. */
export interface Reporter {
  /** To be called once, when the first state of every cluster is known. */
  readonly synced: (objects: number) => void;
  /** To be called with each update of an object, by the stamp that the simulator gave it (unix nanoseconds). */
  readonly updated: (sentAt: string) => void;
}

/** A reporter whose `ms` count from the start of the process; the process ends `duration` milliseconds after `synced`. */
export const createReporter = (interval: number, duration: number): Reporter => {
  let latencies: number[] = [];
  const report = () => {
    const sorted = Float64Array.from(latencies).sort();
    latencies = [];
    const at = (percent: number) => sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
    const latency_ms = { p50: at(50), p99: at(99), max: at(100) };
    print({ event: 'report', ...ownUsage(), updates: sorted.length, latency_ms });
  };
  return {
    synced: (objects) => {
      print({ event: 'synced', ms: Math.round(performance.now()), objects, ...ownUsage() });
      setInterval(report, interval);
      setTimeout(() => process.exit(0), duration);
    },
    updated: (sentAt) => {
      const now = performance.timeOrigin + performance.now();
      latencies.push(now - Number(sentAt) / 1e6);
    },
  };
};

const print = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
