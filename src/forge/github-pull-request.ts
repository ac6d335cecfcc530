import type { SeenPullRequest } from './forge.ts';

/** What is read of a pull request of GitHub's REST API. */
export interface GithubPullRequest {
  readonly number: number;
  readonly node_id: string;
  readonly html_url: string;
  readonly state: string;
  readonly merged_at: string | null;
  readonly updated_at: string;
  readonly head: { readonly ref: string; readonly sha: string; readonly repo: { readonly id: number } | null };
  readonly base: { readonly ref: string; readonly repo: { readonly id: number } };
}

export const seen = (pull: GithubPullRequest): SeenPullRequest => ({
  url: pull.html_url,
  number: pull.number,
  branch: pull.head.ref,
  base: pull.base.ref,
  head: pull.head.sha,
  state: pull.merged_at !== null ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
});

/** Whether its branch is in the repository itself: a fork may belong to the same organisation, and its branch have the same name. */
export const isOwn = ({ head, base }: GithubPullRequest): boolean => head.repo?.id === base.repo.id;
