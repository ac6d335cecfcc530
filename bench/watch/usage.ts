import { readFileSync } from 'node:fs';

/** What a process has cost so far: memory in MiB, processor time in seconds. */
export interface Usage {
  readonly rss_mb: number;
  readonly peak_rss_mb: number;
  readonly cpu_s: number;
}

/** This process's usage. */
export const ownUsage = (): Usage => {
  const status = readFileSync('/proc/self/status', 'utf8');
  const mebibytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  const { user, system } = process.cpuUsage();
  return { rss_mb: mebibytes('VmRSS'), peak_rss_mb: mebibytes('VmHWM'), cpu_s: (user + system) / 1e6 };
};
