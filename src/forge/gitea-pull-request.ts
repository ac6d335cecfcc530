import type { SeenPullRequest } from './forge.ts';
import type { Rest } from './rest.ts';

/** What is read of a pull request of Gitea's API. */
export interface GiteaPullRequest {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly merged: boolean;
  readonly draft?: boolean;
  /** False also of a draft, and while Gitea finds it out. */
  readonly mergeable?: boolean;
  readonly updated_at: string;
  readonly head: { readonly ref: string; readonly label: string; readonly sha: string; readonly repo_id: number };
  readonly base: { readonly ref: string; readonly repo_id: number };
}

/** Once a branch is deleted, `ref` names the pull request's own ref and only the label is left. */
const isBranchGone = ({ head }: GiteaPullRequest): boolean => head.ref.startsWith('refs/');

/** The branch that a pull request is of, also when it is deleted. */
export const branchOf = (pull: GiteaPullRequest): string => (isBranchGone(pull) ? pull.head.label : pull.head.ref);

/** Its state as all forges have it; without its branch none is open. */
export const stateOf = (pull: GiteaPullRequest): SeenPullRequest['state'] => {
  if (pull.merged) return 'merged';
  return pull.state === 'open' && !isBranchGone(pull) ? 'open' : 'closed';
};

/** What is kept of a pull request of Gitea. */
export const seen = (pull: GiteaPullRequest): SeenPullRequest => ({
  url: pull.html_url,
  number: pull.number,
  branch: branchOf(pull),
  base: pull.base.ref,
  head: pull.head.sha,
  state: stateOf(pull),
});

/** Its branch lies in the repository itself, not in a fork. */
export const isOwn = ({ head, base }: GiteaPullRequest): boolean => head.repo_id === base.repo_id;

const pageSize = 50; // what Gitea gives at most, unless told otherwise: a server may be told to give fewer

/** All pages of a list, one after the other, up to the first that is empty; `path` holds a query. A list that answers by a status of `none` is empty. */
export async function* pagesOf<Value>(
  rest: Rest,
  doing: string,
  path: string,
  none: readonly number[] = [],
): AsyncGenerator<readonly Value[]> {
  for (let number = 1; ; number += 1) {
    const { body = [] } = await rest(doing, `${path}limit=${pageSize}&page=${number}`, { expected: none });
    const found = body as readonly Value[];
    if (found.length === 0) return;
    yield found;
  }
}

/** The same of pull requests; a repository without any commit has none. */
export async function* pullPagesOf(
  rest: Rest,
  doing: string,
  query: string,
): AsyncGenerator<readonly GiteaPullRequest[]> {
  let isEmpty = true;
  for await (const page of pagesOf<GiteaPullRequest>(rest, doing, `/pulls?${query}&`, [404])) {
    isEmpty = false;
    yield page;
  }
  if (isEmpty) await rest(doing, ''); // tells a repository that is missing from one that is empty
}
