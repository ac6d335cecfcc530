import type { Deployment } from '../model/deployment.ts';
import type { DeploymentEntry } from '../model/deployment-entry.ts';
import type { EnvironmentStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { TargetSurvey } from './survey.ts';
import { isAt, tellsOfSpec } from './told-of.ts';

/** The versions that came to an environment, newest first. */
export type Entries = readonly DeploymentEntry[];

/** Targets stand in the order of the spec, and are known by their number there. */
const isIn = (numbers: readonly number[] | undefined, target: number): boolean => numbers?.includes(target) === true;

/** The lists of targets in which a version is open. */
const openLists = ['going', 'failed', 'rolledBack'] as const;
type OpenLists = Pick<DeploymentEntry, (typeof openLists)[number]>;

const isOpenIn = (entry: DeploymentEntry, target: number): boolean =>
  openLists.some((list) => isIn(entry[list], target));

/** Whether a version is still on its way somewhere, or has failed where nothing newer runs. */
export const isOpen = (entry: DeploymentEntry): boolean => openLists.some((list) => entry[list] !== undefined);

/** Whether the version has failed in the target, rolled back or not, and nothing newer has come there. */
export const hasFailed = (entry: DeploymentEntry, target: number): boolean =>
  isIn(entry.failed, target) || hasRolledBack(entry, target);

/** Whether the version has failed in the target and was rolled back, and nothing newer has come there. */
export const hasRolledBack = ({ rolledBack }: DeploymentEntry, target: number): boolean => isIn(rolledBack, target);

/** The entry whose version is on its way to the target, or has failed there. */
export const openIn = (entries: Entries, target: number, version: string): DeploymentEntry | undefined =>
  entries.find((entry) => entry.revision === version && isOpenIn(entry, target));

/** The entry with its lists of targets as `change` makes them, and without those that are empty. */
const withTargets = (entry: DeploymentEntry, change: (numbers: number[]) => number[]): DeploymentEntry => {
  const next = { ...entry };
  delete next.going;
  delete next.failed;
  delete next.rolledBack;
  for (const list of openLists) {
    const numbers = change(entry[list] ?? []);
    if (numbers.length > 0) next[list] = numbers;
  }
  // Only of what is open is it still to be told what it replaces.
  if (!isOpen(next)) delete next.previous;
  return next;
};

const without = (entry: DeploymentEntry, target: number): DeploymentEntry =>
  withTargets(entry, (numbers) => numbers.filter((number) => number !== target));

/** The entries with nothing open in the target, but for what is open in the entry `kept`; what is left so is closed. */
export const left = (entries: Entries, target: number, kept?: number): Entries => {
  const leaves = (entry: DeploymentEntry): boolean => entry.number !== kept && isOpenIn(entry, target);
  if (!entries.some(leaves)) return entries;
  return entries.map((entry) => (leaves(entry) ? { ...without(entry, target), closed: true } : entry));
};

/** The entry after what has become of its version in the target, at a time as Kubernetes writes it. */
export const moved = (
  entry: DeploymentEntry,
  target: number,
  status: Deployment['status'],
  at: string,
): DeploymentEntry => {
  const opened = (list: keyof OpenLists, since: Pick<DeploymentEntry, 'failedAt'>): DeploymentEntry => {
    const { previous } = entry;
    const kept = { ...without(entry, target), ...since, ...(previous === undefined ? {} : { previous }) };
    return { ...kept, [list]: [...(kept[list] ?? []), target] };
  };
  switch (status) {
    case 'progressing':
      return opened('going', {});
    case 'failed':
      return opened('failed', { failedAt: entry.failedAt ?? at });
    case 'rolledback':
      return opened('rolledBack', { failedAt: entry.failedAt ?? at });
    case 'succeeded':
      return without(entry, target);
  }
};

/** The entries with one replaced, or put before all others. */
export const put = (entries: Entries, entry: DeploymentEntry): Entries =>
  entries.some(({ number }) => number === entry.number)
    ? entries.map((other) => (other.number === entry.number ? entry : other))
    : [entry, ...entries];

/** At most so many entries: what is open goes before what is over, and what is new before what is old. */
export const bounded = (entries: Entries, most: number): Entries => {
  if (entries.length <= most) return entries;
  const open = entries.filter(isOpen).length;
  const over = entries.filter((entry) => !isOpen(entry)).slice(0, Math.max(0, most - open));
  return entries.filter((entry) => isOpen(entry) || over.includes(entry));
};

/** The entries of a status with the numbers that its targets have in the spec as it is now. */
export const entriesOf = (pipeline: Pipeline, before: EnvironmentStatus, targets: readonly TargetSurvey[]): Entries => {
  const { deployments = [], targets: known = [] } = before;
  if (tellsOfSpec(pipeline) || !deployments.some(isOpen)) return deployments;
  const unmoved = known.length === targets.length;
  const numbersOf = (numbers: readonly number[]): number[] =>
    numbers.flatMap((number) => {
      const told = known[number];
      if (told?.clusterAppRef === undefined) return unmoved ? [number] : [];
      const now = targets.findIndex((target) => isAt(told, target));
      return now < 0 ? [] : [now];
    });
  return deployments.map((entry) => withTargets(entry, numbersOf));
};
