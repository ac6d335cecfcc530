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

const isOpenIn = ({ going, failed }: DeploymentEntry, target: number): boolean =>
  isIn(going, target) || isIn(failed, target);

/** Whether a version is still on its way somewhere, or has failed where nothing newer runs. */
export const isOpen = ({ going, failed }: DeploymentEntry): boolean => going !== undefined || failed !== undefined;

/** Whether the version has failed in the target, and nothing newer has come there. */
export const hasFailed = ({ failed }: DeploymentEntry, target: number): boolean => isIn(failed, target);

/** The entry whose version is on its way to the target, or has failed there. */
export const openIn = (entries: Entries, target: number, version: string): DeploymentEntry | undefined =>
  entries.find((entry) => entry.revision === version && isOpenIn(entry, target));

const withTargets = (entry: DeploymentEntry, going: number[], failed: number[]): DeploymentEntry => {
  const next = { ...entry };
  delete next.going;
  delete next.failed;
  if (going.length > 0) next.going = going;
  if (failed.length > 0) next.failed = failed;
  // Only of what is open is it still to be told what it replaces.
  if (!isOpen(next)) delete next.previous;
  return next;
};

const listsWithout = ({ going = [], failed = [] }: DeploymentEntry, target: number): readonly [number[], number[]] => [
  going.filter((number) => number !== target),
  failed.filter((number) => number !== target),
];

/** The entries with nothing open in the target, but for what is open in the entry `kept`; what is left so is closed. */
export const left = (entries: Entries, target: number, kept?: number): Entries => {
  const leaves = (entry: DeploymentEntry): boolean => entry.number !== kept && isOpenIn(entry, target);
  if (!entries.some(leaves)) return entries;
  return entries.map((entry) =>
    leaves(entry) ? { ...withTargets(entry, ...listsWithout(entry, target)), closed: true } : entry,
  );
};

/** The entry after what has become of its version in the target, at a time as Kubernetes writes it. */
export const moved = (
  entry: DeploymentEntry,
  target: number,
  status: Deployment['status'],
  at: string,
): DeploymentEntry => {
  const [going, failed] = listsWithout(entry, target);
  switch (status) {
    case 'progressing':
      return withTargets(entry, [...going, target], failed);
    case 'failed':
      return withTargets({ ...entry, failedAt: entry.failedAt ?? at }, going, [...failed, target]);
    case 'succeeded':
      return withTargets(entry, going, failed);
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
  const numbersOf = (numbers: readonly number[] = []): number[] =>
    numbers.flatMap((number) => {
      const told = known[number];
      if (told?.clusterAppRef === undefined) return unmoved ? [number] : [];
      const now = targets.findIndex((target) => isAt(told, target));
      return now < 0 ? [] : [now];
    });
  return deployments.map((entry) => withTargets(entry, numbersOf(entry.going), numbersOf(entry.failed)));
};
