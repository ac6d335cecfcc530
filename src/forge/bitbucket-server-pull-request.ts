import { branchPrefix } from '../model/branch-prefix.ts';
import type { ForgeRepository } from './forge-repository.ts';
import type { SeenPullRequest } from './forge.ts';
import type { Rest } from './rest.ts';

interface Ref {
  /** `refs/heads/<branch>`. */
  readonly id: string;
  readonly latestCommit: string;
  readonly repository: { readonly slug: string; readonly project: { readonly key: string } };
}

/** What is read of a pull request of Bitbucket Server's API. */
export interface BitbucketPullRequest {
  readonly id: number;
  /** Grows with each change; who writes names the one that is to be changed. */
  readonly version: number;
  readonly title: string;
  readonly description?: string;
  readonly state: 'OPEN' | 'MERGED' | 'DECLINED';
  readonly fromRef: Ref;
  readonly toRef: Ref;
  readonly reviewers?: readonly { readonly user: { readonly name: string } }[];
}

const prefix = 'refs/heads/';

export const refOf = (branch: string): string => prefix + branch;

const states = { OPEN: 'open', MERGED: 'merged', DECLINED: 'closed' } as const;

/** Where people see a repository. */
export const pageOf = ({ root, owner, name }: ForgeRepository): string => `${root}/projects/${owner}/repos/${name}`;

export const seen = (repository: ForgeRepository, pull: BitbucketPullRequest): SeenPullRequest => ({
  url: `${pageOf(repository)}/pull-requests/${pull.id}`,
  number: pull.id,
  branch: pull.fromRef.id.replace(prefix, ''),
  base: pull.toRef.id.replace(prefix, ''),
  head: pull.fromRef.latestCommit,
  state: states[pull.state],
});

/** Its branch lies in the repository itself, not in a fork. */
export const isOwn = ({ fromRef, toRef }: BitbucketPullRequest): boolean =>
  fromRef.repository.slug === toRef.repository.slug && fromRef.repository.project.key === toRef.repository.project.key;

/** It is, or may be, of a promotion. */
export const isOurs = (pull: BitbucketPullRequest): boolean =>
  isOwn(pull) && pull.fromRef.id.startsWith(refOf(branchPrefix));

interface Page {
  readonly values: readonly unknown[];
  readonly isLastPage: boolean;
  readonly nextPageStart?: number | null;
}

const pageSize = 100;

/** All pages of a list, one after the other; `path` holds a query. */
export async function* pagesOf<Value>(rest: Rest, doing: string, path: string): AsyncGenerator<readonly Value[]> {
  for (let start: number | null = 0; start !== null;) {
    const answer = await rest(doing, `${path}&limit=${pageSize}&start=${start}`);
    const page = answer.body as Page;
    yield page.values as readonly Value[];
    start = page.isLastPage ? null : (page.nextPageStart ?? null);
  }
}

/** The branches whose names hold `text`. */
export const branchesWith = async (rest: Rest, doing: string, text: string): Promise<ReadonlySet<string>> => {
  const branches = new Set<string>();
  const path = `/branches?boostMatches=true&filterText=${encodeURIComponent(text)}`;
  for await (const page of pagesOf<{ readonly id: string }>(rest, doing, path))
    for (const { id } of page) branches.add(id.replace(prefix, ''));
  return branches;
};

const commonStart = (names: readonly string[]): string =>
  names.reduce((start, name) => {
    let end = 0;
    while (end < start.length && start[end] === name[end]) end += 1;
    return start.slice(0, end);
  });

/** A pull request that is open although its branch is gone counts as closed. */
export const withoutBranchless = async (
  rest: Rest,
  doing: string,
  pulls: readonly SeenPullRequest[],
): Promise<readonly SeenPullRequest[]> => {
  const open = pulls.filter(({ state }) => state === 'open').map(({ branch }) => branch);
  if (open.length === 0) return pulls;
  const branches = await branchesWith(rest, doing, commonStart(open));
  return pulls.map((pull) =>
    pull.state === 'open' && !branches.has(pull.branch) ? { ...pull, state: 'closed' } : pull,
  );
};

/**
 * Writes to a pull request as it is now: what `write` makes of it, again when somebody was faster. Nothing is written when that
 * is undefined. Answers of the statuses of `expected` are the caller's.
 */
export const writeTo = async (
  rest: Rest,
  doing: string,
  number: number,
  write: (
    pull: BitbucketPullRequest,
  ) => { readonly method: 'POST' | 'PUT'; readonly path?: string; readonly body: object } | undefined,
  expected: readonly number[] = [],
) => {
  const path = `/pull-requests/${number}`;
  for (let before: number | undefined; ;) {
    const pull = (await rest(doing, path)).body as BitbucketPullRequest;
    const request = write(pull);
    if (!request) return undefined;
    const { method, body } = request;
    const answer = await rest(doing, `${path}${request.path ?? ''}`, { method, body, expected: [409, ...expected] });
    if (answer.status !== 409) return answer;
    if (pull.version === before) throw answer.refusal ?? new Error(doing);
    before = pull.version;
  }
};
