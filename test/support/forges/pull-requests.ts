import assert from 'node:assert/strict';
import type { MergeMethod } from '../../../src/model/pipeline-spec.ts';
import type { BareRepository } from '../../../src/sandbox/git/bare-repository.ts';

export interface Pull {
  readonly number: number;
  readonly branch: string;
  readonly base: string;
  title: string;
  body: string;
  state: 'open' | 'merged' | 'closed';
  head: string;
  /** Milliseconds. */
  updated: number;
  version: number;
  /** It comes from a fork of the repository. */
  readonly isFork: boolean;
  readonly comments: string[];
  readonly labels: string[];
  reviewers: string[];
  autoMerge: MergeMethod | undefined;
  /** Whether its branch and its base cannot be merged. */
  conflicts: boolean;
}

/** What a forge remembers beside what git knows. */
export interface Pulls {
  /** All, oldest first, as they are now. */
  readonly all: () => Promise<readonly Pull[]>;
  readonly find: (number: number) => Promise<Pull | undefined>;
  /** Undefined when there is an open one of the same branches. */
  readonly open: (request: Pick<Pull, 'branch' | 'base' | 'title' | 'body'>) => Promise<Pull | undefined>;
  /** So many that others have opened. */
  readonly receive: (values: Pick<Pull, 'branch' | 'base' | 'head' | 'isFork'> & Partial<Pull>, count: number) => void;
  /** As many more like this one, but for `values`. */
  readonly repeat: (pull: Pull, count: number, values: Partial<Pull>) => void;
  readonly change: (pull: Pull, values: Partial<Pull>) => Pull;
  readonly isMergeable: (pull: Pull) => boolean;
  readonly merge: (pull: Pull, method: MergeMethod) => Promise<void>;
  /** States of commits by `<commit> <name>`. */
  readonly statuses: Map<string, string>;
  /** Names without whose success nothing is merged. */
  readonly required: Set<string>;
}

export const pulls = (
  repository: BareRepository,
  { closesWithBranch, success }: { readonly closesWithBranch: boolean; readonly success: string },
): Pulls => {
  const list: Pull[] = [];
  let time = Date.UTC(2026, 0, 1);
  const statuses = new Map<string, string>();
  const required = new Set<string>();

  const change = (pull: Pull, values: Partial<Pull>): Pull =>
    Object.assign(pull, { ...values, updated: (time += 1_000), version: pull.version + 1 });

  const isMergeable = ({ head, conflicts }: Pull) =>
    !conflicts && [...required].every((name) => statuses.get(`${head} ${name}`) === success);

  const merge = async (pull: Pull, method: MergeMethod) => {
    const base = (await repository.branches())[pull.base] ?? '';
    const tree = (await repository.git(['merge-tree', '--write-tree', base, pull.head])).trim();
    const parents = method === 'merge' ? [base, pull.head] : [base];
    const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', pull.title];
    await repository.git(['update-ref', `refs/heads/${pull.base}`, (await repository.git(args)).trim(), base]);
    change(pull, { state: 'merged' });
  };

  const known = new Map<string, boolean>();
  const isConflicting = async (base: string, head: string): Promise<boolean> => {
    const key = `${base} ${head}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const conflicts = await repository.git(['merge-tree', '--write-tree', base, head]).then(
      () => false,
      () => true,
    );
    known.set(key, conflicts);
    return conflicts;
  };

  const refresh = async () => {
    const tips = await repository.branches();
    for (const pull of list.filter(({ state, isFork }) => state === 'open' && !isFork)) {
      const head = tips[pull.branch];
      if (head === undefined && closesWithBranch) change(pull, { state: 'closed' });
      if (head !== undefined && head !== pull.head) change(pull, { head });
      const base = tips[pull.base];
      // No forge takes a change of the base for one of the pull request.
      if (head !== undefined && base !== undefined) pull.conflicts = await isConflicting(base, head);
      if (head !== undefined && pull.autoMerge && isMergeable(pull)) await merge(pull, pull.autoMerge);
    }
    return tips;
  };

  type Given = Pick<Pull, 'title' | 'body' | 'branch' | 'base' | 'head' | 'isFork'> & Partial<Pull>;
  const add = (given: Given): Pull => {
    const pull: Pull = {
      number: list.length + 1,
      state: 'open',
      updated: (time += 1_000),
      version: 0,
      comments: [],
      labels: [],
      reviewers: [],
      autoMerge: undefined,
      conflicts: false,
      ...given,
    };
    list.push(pull);
    return pull;
  };

  return {
    all: async () => {
      await refresh();
      return list;
    },
    find: async (number) => {
      await refresh();
      return list[number - 1];
    },
    open: async (request) => {
      const tips = await refresh();
      const head = tips[request.branch];
      assert.ok(head !== undefined && tips[request.base] !== undefined, 'the fake is asked for branches that it has');
      const isThere = ({ state, branch, base, isFork }: Pull) =>
        state === 'open' && branch === request.branch && base === request.base && !isFork;
      if (list.some(isThere)) return undefined;
      return add({ ...request, head, isFork: false });
    },
    receive: (values, count) => {
      for (let index = 0; index < count; index += 1) add({ title: values.branch, body: '', ...values });
    },
    repeat: (pull, count, values) => {
      for (let index = 0; index < count; index += 1)
        list.push({ ...pull, number: list.length + 1, updated: (time += 1_000), ...values });
    },
    change,
    isMergeable,
    merge,
    statuses,
    required,
  };
};
