import { Octokit } from '@octokit/rest';
import { FailureError } from '../model/failure.ts';
import type { PullRequestStatus } from '../model/pipeline-status.ts';
import { forgeRefusal, pullRequestNotFound } from './forge-refusal.ts';
import { forgeRepository, type ForgeRepository } from './forge-repository.ts';
import type { Forge, ForgeAccess, PullRequestProposal } from './forge.ts';
import { wordsIn } from './words-of.ts';

interface GithubPullRequest {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly merged_at: string | null;
  readonly head: { readonly ref: string; readonly label: string | null };
  readonly base: { readonly ref: string };
}

const statusOf = (pull: GithubPullRequest): PullRequestStatus => ({
  url: pull.html_url,
  number: pull.number,
  branch: pull.head.ref,
  state: pull.merged_at !== null ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
});

const baseUrlOf = ({ root, host }: ForgeRepository): string =>
  host === 'github.com' ? 'https://api.github.com' : `${root}/api/v3`;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const createOctokit = (repository: ForgeRepository, { token, fetch }: ForgeAccess): Octokit =>
  new Octokit({ auth: token, baseUrl: baseUrlOf(repository), userAgent: 'leafwatch', log: silent, request: { fetch } });

/** What Octokit throws for an answer of 400 and more; `response` is missing when there was no answer. */
interface OctokitError {
  readonly status?: number;
  readonly response?: { readonly data: unknown; readonly headers: Record<string, string | number | undefined> };
  readonly cause?: unknown;
}

const statusIn = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && (error as OctokitError).response
    ? (error as OctokitError).status
    : undefined;

const failureFrom = (error: unknown, doing: string, repository: ForgeRepository, now: number): unknown => {
  const { response, status = 0, cause } = error as OctokitError;
  if (cause instanceof FailureError) return cause;
  if (!response) return error;
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined) headers.set(name, String(value));
  return forgeRefusal(doing, repository, { status, headers, words: wordsIn(response.data) }, now);
};

/** The pull requests of a repository on GitHub, or on a GitHub Enterprise Server (any other host than github.com). */
export const github = (url: string, access: ForgeAccess): Forge => {
  const repository = forgeRepository(url);
  const { rest, paginate } = createOctokit(repository, access);
  const repo = { owner: repository.owner, repo: repository.name };
  const asking = async <T>(doing: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      throw failureFrom(error, doing, repository, access.now());
    }
  };

  const find: Forge['find'] = (branch, base) =>
    asking(`Looking for the pull request of ${branch}`, async () => {
      const head = `${repo.owner}:${branch}`;
      const query = { ...repo, head, base, state: 'all', per_page: 100 } as const;
      const pulls: readonly GithubPullRequest[] = await paginate(rest.pulls.list, query);
      const isOfOwner = ({ head: { label } }: GithubPullRequest) =>
        label === null || label.split(':')[0]?.toLowerCase() === repo.owner.toLowerCase();
      const found = pulls.filter((pull) => pull.head.ref === branch && pull.base.ref === base && isOfOwner(pull));
      const [newest] = found.sort((one, other) => other.number - one.number);
      return newest && statusOf(newest);
    });

  const create = ({ branch, base, title, body }: PullRequestProposal) =>
    rest.pulls.create({ ...repo, head: branch, base, title, body });

  const hasComment = async (issue: number, comment: string): Promise<boolean> => {
    const query = { ...repo, issue_number: issue, per_page: 100 };
    const comments: readonly { readonly body?: string }[] = await paginate(rest.issues.listComments, query);
    return comments.some(({ body }) => body === comment);
  };

  return {
    find,
    open: (proposal) =>
      asking(`Opening the pull request of ${proposal.branch}`, async () => {
        try {
          return { pullRequest: statusOf((await create(proposal)).data), opened: true };
        } catch (error) {
          const there = statusIn(error) === 422 ? await find(proposal.branch, proposal.base) : undefined;
          if (there) return { pullRequest: there, opened: false };
          throw error;
        }
      }),
    read: (number) =>
      asking(`Reading pull request ${number}`, async () => {
        try {
          return statusOf((await rest.pulls.get({ ...repo, pull_number: number })).data);
        } catch (error) {
          throw statusIn(error) === 404 ? pullRequestNotFound(number, repository) : error;
        }
      }),
    close: (number, comment) =>
      asking(`Closing pull request ${number}`, async () => {
        if (!(await hasComment(number, comment)))
          await rest.issues.createComment({ ...repo, issue_number: number, body: comment });
        await rest.pulls.update({ ...repo, pull_number: number, state: 'closed' });
      }),
  };
};
