import {
  apiOf,
  describeRepository,
  describeUser,
  htmlOf,
  idOf,
  nodeIdOf,
  type HostedRepository,
} from './describe-repository.ts';

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly head: string;
  readonly base: string;
  readonly headSha: string;
  readonly baseSha: string;
  readonly state: 'open' | 'closed';
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly mergedAt: string | null;
  readonly mergeSha: string | null;
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
  /** The way in which it is to be merged once it can be. */
  readonly autoMerge: string | null;
  /** Its branch is in a fork of the repository, of the same owner. */
  readonly fork: boolean;
}

export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly createdAt: string;
}

const forkOf = (hosted: HostedRepository): HostedRepository => ({ ...hosted, name: `${hosted.name}-fork` });

const end = (hosted: HostedRepository, ref: string, sha: string) => ({
  label: `${hosted.owner}:${ref}`,
  ref,
  sha,
  repo: describeRepository(hosted),
  user: describeUser(hosted, hosted.owner),
});

export const describeLabel = (hosted: HostedRepository, name: string): object => ({
  id: idOf(name),
  node_id: nodeIdOf(name),
  url: `${apiOf(hosted)}/labels/${encodeURIComponent(name)}`,
  name,
  description: '',
  color: 'ededed',
  default: false,
});

const describeAutoMerge = (hosted: HostedRepository, method: string | null): object | null =>
  method === null
    ? null
    : {
        enabled_by: describeUser(hosted, 'leafwatch'),
        merge_method: method,
        commit_title: '',
        commit_message: '',
      };

/** A pull request as lists hold it. */
export const describePullRequest = (hosted: HostedRepository, pull: PullRequest): object => {
  const url = `${apiOf(hosted)}/pulls/${pull.number}`;
  const issue = `${apiOf(hosted)}/issues/${pull.number}`;
  const html = `${htmlOf(hosted)}/pull/${pull.number}`;
  const links = {
    html,
    issue,
    self: url,
    comments: `${issue}/comments`,
    commits: `${url}/commits`,
    statuses: `${apiOf(hosted)}/statuses/${pull.headSha}`,
    review_comments: `${url}/comments`,
    review_comment: `${apiOf(hosted)}/pulls/comments{/number}`,
  };
  return {
    id: idOf(html),
    node_id: nodeIdOf(html),
    number: pull.number,
    state: pull.state,
    locked: false,
    draft: false,
    title: pull.title,
    body: pull.body,
    user: describeUser(hosted, 'leafwatch'),
    labels: pull.labels.map((name) => describeLabel(hosted, name)),
    requested_reviewers: pull.reviewers.map((login) => describeUser(hosted, login)),
    assignee: null,
    milestone: null,
    auto_merge: describeAutoMerge(hosted, pull.autoMerge),
    author_association: 'OWNER',
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeSha,
    head: end(pull.fork ? forkOf(hosted) : hosted, pull.head, pull.headSha),
    base: end(hosted, pull.base, pull.baseSha),
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    comments_url: links.comments,
    commits_url: links.commits,
    statuses_url: links.statuses,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    _links: Object.fromEntries(Object.entries(links).map(([key, href]) => [key, { href }])),
  };
};

/** What git and the forge count of a pull request, by GitHub's names. */
export interface Counts {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
  readonly comments: number;
}

/** A pull request as it is answered alone; whether it can be merged is null where that is not found out yet, and no question once it is closed. */
export const describeFullPullRequest = (
  hosted: HostedRepository,
  pull: PullRequest,
  counts: Counts,
  mergeable: boolean | null,
): object => ({
  ...describePullRequest(hosted, pull),
  ...counts,
  mergeable: pull.state === 'open' ? mergeable : null,
  mergeable_state: pull.state === 'closed' || mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
  merged: pull.mergedAt !== null,
  merged_by: pull.mergedAt === null ? null : describeUser(hosted, hosted.owner),
  maintainer_can_modify: false,
  review_comments: 0,
});

export const describeComment = (hosted: HostedRepository, pull: PullRequest, comment: Comment): object => ({
  id: comment.id,
  node_id: nodeIdOf(String(comment.id)),
  url: `${apiOf(hosted)}/issues/comments/${comment.id}`,
  html_url: `${htmlOf(hosted)}/pull/${pull.number}#issuecomment-${comment.id}`,
  issue_url: `${apiOf(hosted)}/issues/${pull.number}`,
  user: describeUser(hosted, 'leafwatch'),
  author_association: 'OWNER',
  body: comment.body,
  created_at: comment.createdAt,
  updated_at: comment.createdAt,
});
