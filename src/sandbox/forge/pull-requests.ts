import type { BareRepository } from '../git/bare-repository.ts';
import { commitStatuses, type CommitStatuses } from './commit-statuses.ts';
import type { Comment, Counts, PullRequest } from './describe-pull-request.ts';

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/** Why something was not done, in GitHub's words. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly errors?: readonly object[];
}

export const isRefusal = (value: object): value is Refusal => 'status' in value && 'message' in value;

export interface PullRequests {
  /** All, oldest first, as they are now: an open one whose branch is gone counts as closed. */
  readonly all: () => Promise<readonly PullRequest[]>;
  readonly find: (number: number) => Promise<PullRequest | undefined>;
  readonly open: (request: {
    head: string;
    base: string;
    title: string;
    body: string | null;
  }) => Promise<PullRequest | Refusal>;
  /** So many that others have opened, with this branch; of a fork it need not be in the repository. */
  readonly receive: (count: number, values: Pick<PullRequest, 'head' | 'base' | 'fork'>) => Promise<void>;
  readonly edit: (
    number: number,
    change: Partial<Pick<PullRequest, 'title' | 'body' | 'base' | 'state' | 'labels' | 'reviewers' | 'autoMerge'>>,
  ) => Promise<PullRequest | undefined>;
  readonly count: (pull: PullRequest) => Promise<Counts>;
  readonly isMergeable: (pull: PullRequest) => Promise<boolean>;
  /** Merges by a real commit on the base branch; `sha` must be the head's when given. */
  readonly merge: (
    number: number,
    how?: { method?: string; sha?: string; message?: string },
  ) => Promise<{ sha: string } | Refusal>;
  readonly diff: (pull: PullRequest) => Promise<string>;
  readonly comments: (number: number) => readonly Comment[];
  readonly comment: (number: number, body: string) => Comment;
  readonly statuses: CommitStatuses;
  /** Merges what was to be merged as soon as all that is required is there. */
  readonly mergeWaiting: () => Promise<void>;
}

/** The pull requests of a repository: what a forge remembers beside what git knows. */
export const pullRequests = (repository: BareRepository, owner: string): PullRequests => {
  const pulls: PullRequest[] = [];
  const comments = new Map<number, Comment[]>();
  const statuses = commitStatuses();
  let commentCount = 0;

  const change = (pull: PullRequest, values: Partial<PullRequest>): PullRequest =>
    (pulls[pull.number - 1] = { ...pull, ...values, updatedAt: now() });

  type Given = Pick<PullRequest, 'title' | 'body' | 'head' | 'base' | 'headSha' | 'baseSha' | 'fork'>;
  const add = (given: Given): PullRequest => {
    const time = now();
    const pull: PullRequest = {
      ...given,
      number: pulls.length + 1,
      state: 'open',
      createdAt: time,
      updatedAt: time,
      closedAt: null,
      mergedAt: null,
      mergeSha: null,
      labels: [],
      reviewers: [],
      autoMerge: null,
    };
    pulls.push(pull);
    return pull;
  };

  /** Takes over what pushes did to the branches since. */
  const refresh = async () => {
    const tips = await repository.branches();
    for (const pull of pulls.filter(({ state, fork }) => state === 'open' && !fork)) {
      const [headSha, baseSha = pull.baseSha] = [tips[pull.head], tips[pull.base]];
      if (headSha === undefined) change(pull, { state: 'closed', closedAt: now() });
      else if (headSha !== pull.headSha || baseSha !== pull.baseSha) change(pull, { headSha, baseSha });
    }
    return tips;
  };

  const tree = (pull: PullRequest) =>
    repository.git(['merge-tree', '--write-tree', pull.baseSha, pull.headSha]).then(
      (text) => text.trim(),
      () => undefined,
    );

  const commit = async (pull: PullRequest, treeOid: string, method: string, message: string) => {
    const parents = method === 'merge' ? [pull.baseSha, pull.headSha] : [pull.baseSha];
    const args = ['commit-tree', treeOid, ...parents.flatMap((parent) => ['-p', parent]), '-m', message];
    const sha = (await repository.git(args)).trim();
    await repository.git(['update-ref', `refs/heads/${pull.base}`, sha, pull.baseSha]);
    return sha;
  };

  const invalid = (error: object): Refusal => ({
    status: 422,
    message: 'Validation Failed',
    errors: [{ resource: 'PullRequest', ...error }],
  });

  const requests: PullRequests = {
    all: async () => {
      await refresh();
      return [...pulls];
    },
    find: async (number) => {
      await refresh();
      return pulls[number - 1];
    },
    open: async ({ head, base, title, body }) => {
      const tips = await refresh();
      const [headSha, baseSha] = [tips[head], tips[base]];
      if (headSha === undefined) return invalid({ field: 'head', code: 'invalid' });
      if (baseSha === undefined) return invalid({ field: 'base', code: 'invalid' });
      if (pulls.some((pull) => pull.state === 'open' && !pull.fork && pull.head === head && pull.base === base))
        return invalid({ code: 'custom', message: `A pull request already exists for ${owner}:${head}.` });
      if ((await repository.log(`${baseSha}..${headSha}`)).length === 0)
        return invalid({ code: 'custom', message: `No commits between ${base} and ${head}` });
      return add({ title, body, head, base, headSha, baseSha, fork: false });
    },
    receive: async (count, { head, base, fork }) => {
      const baseSha = (await repository.branches())[base] ?? '';
      for (let index = 0; index < count; index += 1)
        add({ title: head, body: null, head, base, headSha: baseSha, baseSha, fork });
    },
    edit: async (number, values) => {
      const pull = await requests.find(number);
      if (pull === undefined) return undefined;
      const closedAt = values.state === 'closed' ? now() : values.state === 'open' ? null : pull.closedAt;
      return change(pull, { ...values, closedAt });
    },
    count: async (pull) => {
      const [diff, log] = await Promise.all([
        repository.git(['diff', '--numstat', `${pull.baseSha}...${pull.headSha}`]),
        repository.log(`${pull.baseSha}..${pull.headSha}`),
      ]);
      const changes = diff.trim().split('\n');
      const sum = (column: number) =>
        changes.reduce((total, line) => total + (Number(line.split('\t')[column]) || 0), 0);
      return {
        commits: log.length,
        additions: sum(0),
        deletions: sum(1),
        changed_files: changes.length,
        comments: requests.comments(pull.number).length,
      };
    },
    isMergeable: async (pull) => (await tree(pull)) !== undefined,
    merge: async (number, { method = 'merge', sha, message } = {}) => {
      const pull = await requests.find(number);
      if (pull === undefined) return { status: 404, message: 'Not Found' };
      const merged = await tree(pull);
      if (pull.state === 'closed' || merged === undefined || !statuses.allow(pull.headSha))
        return { status: 405, message: 'Pull Request is not mergeable' };
      if (sha !== undefined && sha !== pull.headSha)
        return { status: 409, message: 'Head branch was modified. Review and try the merge again.' };
      const text =
        message ??
        (method === 'squash'
          ? `${pull.title} (#${number})`
          : `Merge pull request #${number} from ${owner}/${pull.head}\n\n${pull.title}`);
      const mergeSha = await commit(pull, merged, method, text);
      change(pull, { state: 'closed', closedAt: now(), mergedAt: now(), mergeSha });
      return { sha: mergeSha };
    },
    statuses,
    mergeWaiting: async () => {
      for (const { number, autoMerge, state } of await requests.all())
        if (state === 'open' && autoMerge !== null) await requests.merge(number, { method: autoMerge });
    },
    diff: (pull) => repository.git(['diff', `${pull.baseSha}...${pull.headSha}`]),
    comments: (number) => comments.get(number) ?? [],
    comment: (number, body) => {
      const added = { id: ++commentCount, body, createdAt: now() };
      comments.set(number, [...(comments.get(number) ?? []), added]);
      return added;
    },
  };
  return requests;
};
