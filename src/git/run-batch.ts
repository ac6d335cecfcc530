import { join } from 'node:path';
import { branchPrefix } from '../model/branch-prefix.ts';
import { FailureError, failureOf } from '../model/failure.ts';
import type { Batch, BranchRemoval, Task, TaskOutcome, TaskResult } from './change.ts';
import type { Clone } from './clone.ts';
import type { Commit } from './commit.ts';
import type { Surveys } from './edit-tree.ts';
import { fetchTip } from './fetch-tip.ts';
import type { GitObject } from './git-object.ts';
import { makePack } from './make-pack.ts';
import { planChange, type PlannedCommit } from './plan-change.ts';
import { listBranches, pushBranches, type BranchUpdate, type RemoteBranches } from './push.ts';
import type { Remote } from './remote.ts';
import { readRemoteCommit } from './remote-commit.ts';
import { readCapabilities } from './upload-pack.ts';

/** A repository that is worked on: its clone, and what is remembered of it beside. */
export interface OpenRepository {
  readonly clone: Clone;
  readonly surveys: Surveys;
  /** What its server can do when it is read from, once that has been asked. */
  capabilities?: readonly string[];
  /** What it said when it was asked last, until something is pushed. */
  listing?: RemoteBranches | undefined;
}

interface Work {
  readonly batch: Batch;
  readonly remote: Remote;
  readonly repository: OpenRepository;
  readonly there: RemoteBranches;
}

/** What is left to be pushed for a task, and what it then comes to. */
interface Push {
  readonly type: 'push';
  readonly update: BranchUpdate;
  readonly objects: readonly GitObject[];
  readonly result: TaskResult;
}

const baseNotFound = ({ batch, there }: Work, base: string) => {
  const others = [...there.branches.keys()].filter((name) => !name.startsWith(branchPrefix)).slice(0, 5);
  const remedy =
    there.branches.size === 0
      ? 'it is empty, so push a first commit to it'
      : `create it, or correct the strategy's baseBranch${others.length > 0 ? ` (there are ${others.join(', ')})` : ''}`;
  return new FailureError({
    remedy: 'wait',
    reason: 'BaseBranchNotFound',
    message: `${batch.url} has no branch ${base}: ${remedy}`,
  });
};

const branchGone = ({ batch }: Work, branch: string) =>
  new FailureError({ remedy: 'wait', reason: 'BranchGone', message: `${batch.url} has no branch ${branch} any more` });

const capabilitiesOf = async ({ remote, repository }: Work) =>
  (repository.capabilities ??= await readCapabilities(remote));

const bringBase = async (work: Work, branch: string): Promise<string> => {
  const { batch, remote, repository, there } = work;
  const tip = there.branches.get(branch);
  if (tip === undefined) throw baseNotFound(work, branch);
  const { clone } = repository;
  if (clone.tips.get(branch) === tip) return tip;
  const capabilities = await capabilitiesOf(work);
  const packFile = join(batch.dir, 'incoming.pack');
  await fetchTip({ remote, capabilities, clone, limits: batch.limits, packFile }, branch, tip);
  return tip;
};

/** Whether Leafwatch made a commit, with this message when one is given: a person who amends or rebases it signs as its committer. */
const isOurs = ({ author, committer }: Batch, commit: Commit, message = commit.message): boolean => {
  const is = (one: Commit['author'], other: Commit['author']) => one.name === other.name && one.email === other.email;
  return commit.message.trim() === message.trim() && is(commit.author, author) && is(commit.committer, committer);
};

/** Whether all on a branch is ours: it holds no more than one commit then, so that its tip says so. */
const isOurBranch = async (work: Work, tip: string): Promise<boolean> => {
  const commit = await readRemoteCommit(work.remote, await capabilitiesOf(work), tip);
  return commit !== undefined && isOurs(work.batch, commit);
};

/** What is at a branch's tip: this very change, an older commit of ours, or one that is not ours and must stay. */
const tipOf = async (work: Work, tip: string, planned: PlannedCommit, base: string, message: string) => {
  const commit = await readRemoteCommit(work.remote, await capabilitiesOf(work), tip);
  if (!commit || !isOurs(work.batch, commit, message)) return 'not ours';
  const [parent, ...others] = commit.parents;
  return commit.tree === planned.tree && parent === base && others.length === 0 ? 'this change' : 'ours';
};

const done = (result: TaskResult): TaskOutcome => ({ type: 'done', result });

const prepareChange = async (
  work: Work,
  request: Extract<Task, { type: 'propose' | 'look' }>,
): Promise<Push | TaskOutcome> => {
  const { batch, repository, there } = work;
  const base = await bringBase(work, request.base);
  const planned = planChange({ ...batch, ...repository }, request, base);
  const from = there.branches.get(request.branch);
  if (planned.type === 'no-marker') return done(planned);
  if (planned.type === 'nothing-to-change')
    return done({ ...planned, isOurs: from === undefined || (await isOurBranch(work, from)) });
  if (request.type === 'look') return done({ type: 'to-change' });
  if (request.anew === true && from === undefined) throw branchGone(work, request.branch);
  const { head, objects, untouched } = planned;
  const tip = from === undefined ? 'ours' : await tipOf(work, from, planned, base, request.message);
  if (from !== undefined && tip !== 'ours')
    return done({ type: 'already-there', head: from, isOurs: tip === 'this change', untouched });
  const update = { branch: request.branch, from, to: head };
  return { type: 'push', update, objects, result: { type: 'pushed', head, untouched } };
};

const prepareRemoval = async (work: Work, { branch, base }: BranchRemoval): Promise<Push | TaskOutcome> => {
  const { branches } = work.there;
  const from = branches.get(branch);
  if (from === undefined) return done('gone');
  if (branch === base || !branches.has(base)) return done('kept');
  if (!(await isOurBranch(work, from))) return done('kept');
  return { type: 'push', update: { branch, from, to: undefined }, objects: [], result: 'removed' };
};

const prepare = (work: Work, task: Task): Promise<Push | TaskOutcome> =>
  task.type === 'remove' ? prepareRemoval(work, task) : prepareChange(work, task);

const push = async ({ remote, repository, there }: Work, pushes: readonly Push[]) => {
  repository.listing = undefined;
  const objects = new Map(pushes.flatMap((one) => one.objects.map((object) => [object.oid, object] as const)));
  const pack = pushes.some(({ update }) => update.to !== undefined) ? makePack([...objects.values()]) : undefined;
  return pushBranches(
    remote,
    there.capabilities,
    pushes.map(({ update }) => update),
    pack,
  );
};

/**
 * Pushes all in one request. A hook may refuse all of it for the sake of one branch: what was refused in company is pushed
 * alone once more, so that each has its own verdict.
 */
const pushAll = async (work: Work, pushes: readonly Push[]): Promise<ReadonlyMap<string, TaskOutcome>> => {
  const outcomes = new Map<string, TaskOutcome>();
  if (pushes.length === 0) return outcomes;
  const together = await push(work, pushes);
  for (const one of pushes) {
    const { branch } = one.update;
    const isRefused = together.has(branch);
    const failure = isRefused && pushes.length > 1 ? (await push(work, [one])).get(branch) : together.get(branch);
    outcomes.set(branch, failure ? { type: 'failed', failure } : done(one.result));
  }
  return outcomes;
};

const runListed = async (work: Work, last: boolean): Promise<readonly TaskOutcome[]> => {
  const prepared: (Push | TaskOutcome)[] = [];
  for (const task of work.batch.tasks) {
    try {
      prepared.push(await prepare(work, task));
    } catch (error) {
      if (!last && !(error instanceof FailureError)) throw error;
      prepared.push({ type: 'failed', failure: failureOf(error, work.batch.url) });
    }
  }
  const outcomes = await pushAll(
    work,
    prepared.filter((one) => one.type === 'push'),
  );
  return prepared.flatMap((one) => (one.type === 'push' ? (outcomes.get(one.update.branch) ?? []) : one));
};

const isSettled = (outcome: TaskOutcome | undefined): boolean =>
  outcome?.type !== 'failed' || outcome.failure.remedy !== 'retry';

/**
 * Does everything that a batch asks for, by one look at the repository, one fetch and one push; where all in it was looked at just now, without
 * a look of its own, unless that turns out to be outdated. What fails alone fails alone; it throws when the clone is not what it should be,
 * unless it is the `last` try.
 */
export const runBatch = async (
  batch: Batch,
  remote: Remote,
  repository: OpenRepository,
  last: boolean,
): Promise<readonly TaskOutcome[]> => {
  const { listing } = repository;
  const runAnew = async (tasks: readonly Task[]): Promise<readonly TaskOutcome[]> => {
    const there = await listBranches(remote);
    repository.listing = there;
    return runListed({ batch: { ...batch, tasks }, remote, repository, there }, last);
  };
  if (!listing || !batch.tasks.every((task) => task.type === 'propose' && task.lookedAt)) return runAnew(batch.tasks);
  const outcomes = await runListed({ batch, remote, repository, there: listing }, last);
  const unsettled = batch.tasks.filter((_, index) => !isSettled(outcomes[index]));
  const anew = unsettled.length > 0 ? [...(await runAnew(unsettled))] : [];
  return outcomes.map((outcome) => (isSettled(outcome) ? outcome : (anew.shift() ?? outcome)));
};
