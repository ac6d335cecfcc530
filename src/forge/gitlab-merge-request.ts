import type { SeenPullRequest } from './forge.ts';
import type { Rest, RestAnswer } from './rest.ts';

/** What is read of a merge request of GitLab's API. */
export interface GitlabMergeRequest {
  /** The number within its project, which people know it by; `id` is another. */
  readonly iid: number;
  readonly web_url: string;
  /** `locked` while it is being merged. */
  readonly state: 'opened' | 'closed' | 'merged' | 'locked';
  readonly source_branch: string;
  readonly target_branch: string;
  readonly source_project_id: number | null;
  readonly target_project_id: number;
  readonly sha: string | null;
  readonly updated_at: string;
  readonly has_conflicts?: boolean;
  readonly merge_when_pipeline_succeeds?: boolean;
  readonly reviewers?: readonly { readonly id: number; readonly username: string }[];
}

const stateOf = ({ state }: GitlabMergeRequest): SeenPullRequest['state'] =>
  state === 'opened' || state === 'locked' ? 'open' : state;

/** GitLab closes a merge request itself whose branch is deleted. */
export const seen = (merge: GitlabMergeRequest): SeenPullRequest => ({
  url: merge.web_url,
  number: merge.iid,
  branch: merge.source_branch,
  base: merge.target_branch,
  head: merge.sha ?? '',
  state: stateOf(merge),
});

/** Its branch lies in the project itself, not in a fork. */
export const isOwn = (merge: GitlabMergeRequest): boolean => merge.source_project_id === merge.target_project_id;

const pageSize = 100;

/** What follows a page; a proxy may have taken GitLab's own word for it away. */
const nextPage = ({ headers, body }: RestAnswer, page: number): number | undefined => {
  const next = headers.get('x-next-page');
  if (next !== null) return next === '' ? undefined : Number(next);
  return (body as readonly unknown[]).length < pageSize ? undefined : page + 1;
};

/** All pages of a list, one after the other; `headers` go with the first. A page that is answered by 304 has no body and is the last. */
export async function* pagesOf(
  rest: Rest,
  doing: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): AsyncGenerator<RestAnswer> {
  for (let page: number | undefined = 1; page !== undefined;) {
    const first = page === 1 ? { headers, expected: [304] } : {};
    const answer: RestAnswer = await rest(doing, `${path}&per_page=${pageSize}&page=${page}`, first);
    yield answer;
    page = answer.body === undefined ? undefined : nextPage(answer, page);
  }
}
