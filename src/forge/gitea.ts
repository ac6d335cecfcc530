import type { PullRequestStatus } from '../model/pipeline-status.ts';
import { forgeRefusal, pullRequestNotFound } from './forge-refusal.ts';
import { forgeRepository } from './forge-repository.ts';
import type { Forge, ForgeAccess } from './forge.ts';
import { wordsOf } from './words-of.ts';

interface GiteaPullRequest {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly merged: boolean;
  readonly head: { readonly ref: string; readonly label: string; readonly repo_id: number };
  readonly base: { readonly ref: string; readonly repo_id: number };
}

const statusOf = (pull: GiteaPullRequest, branch: string): PullRequestStatus => ({
  url: pull.html_url,
  number: pull.number,
  branch,
  state: pull.merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
});

/** The branch that a pull request came from; once it is deleted, `ref` names the pull request's own ref and only the label is left. */
const branchOf = ({ head }: GiteaPullRequest): string => (head.ref.startsWith('refs/') ? head.label : head.ref);

const isOf = (pull: GiteaPullRequest, branch: string, base: string): boolean =>
  branchOf(pull) === branch && pull.base.ref === base && pull.head.repo_id === pull.base.repo_id;

const pageSize = 50; // what Gitea gives at most, unless told otherwise

/** One request to the API below a repository: its JSON answer, or undefined where the status is `missing`. */
const createAsk = (url: string, { token, fetch, now }: ForgeAccess) => {
  const repository = forgeRepository(url);
  const api = `${repository.root}/api/v1/repos/${repository.owner}/${repository.name}`;
  return async (
    doing: string,
    path: string,
    { method = 'GET', body, missing }: { method?: string; body?: object; missing?: readonly number[] } = {},
  ): Promise<unknown> => {
    const response = await fetch(api + path, {
      method,
      headers: { authorization: `token ${token}`, accept: 'application/json', 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { status, headers } = response;
    if (status < 300) return response.json();
    // Read in any case: an answer that nobody reads keeps its connection, and with it the process.
    const words = await wordsOf(response);
    if (missing?.includes(status)) return undefined;
    throw forgeRefusal(doing, repository, { status, headers, words }, now());
  };
};

type Ask = ReturnType<typeof createAsk>;

const searchAllPages = async (ask: Ask, doing: string, branch: string, base: string) => {
  for (let page = 1; ; page += 1) {
    // Newest first; Gitea would ignore a filter by head and base here.
    const pulls = (await ask(doing, `/pulls?state=all&limit=${pageSize}&page=${page}`)) as readonly GiteaPullRequest[];
    const [newest] = pulls.filter((pull) => isOf(pull, branch, base)).sort((one, other) => other.number - one.number);
    if (newest || pulls.length === 0) return newest;
  }
};

const createFind =
  (ask: Ask): Forge['find'] =>
  async (branch, base) => {
    const doing = `Looking for the pull request of ${branch}`;
    const path = `/pulls/${encodeURIComponent(base)}/${encodeURIComponent(branch)}`;
    const first = (await ask(doing, path, { missing: [404] })) as GiteaPullRequest | undefined;
    if (!first) {
      await ask(doing, ''); // tells a repository that is missing from a pull request that is
      return undefined;
    }
    // Only one can be open at a time; of those that are not, this request gives the oldest.
    if (first.state === 'open') return statusOf(first, branch);
    return statusOf((await searchAllPages(ask, doing, branch, base)) ?? first, branch);
  };

const hasComment = async (ask: Ask, doing: string, number: number, comment: string): Promise<boolean> => {
  const comments = (await ask(doing, `/issues/${number}/comments`)) as readonly { readonly body: string }[];
  return comments.some(({ body }) => body === comment);
};

/** The pull requests of a repository on Gitea or Forgejo. */
export const gitea = (url: string, access: ForgeAccess): Forge => {
  const ask = createAsk(url, access);
  const find = createFind(ask);
  return {
    find,
    open: async ({ branch, base, title, body }) => {
      const doing = `Opening the pull request of ${branch}`;
      const request = { method: 'POST', body: { head: branch, base, title, body } };
      const created = (await ask(doing, '/pulls', { ...request, missing: [409, 422] })) as GiteaPullRequest | undefined;
      if (created) return { pullRequest: statusOf(created, branch), opened: true };
      const there = await find(branch, base);
      if (there) return { pullRequest: there, opened: false };
      const again = (await ask(doing, '/pulls', request)) as GiteaPullRequest;
      return { pullRequest: statusOf(again, branch), opened: true };
    },
    read: async (number) => {
      const pull = (await ask(`Reading pull request ${number}`, `/pulls/${number}`, { missing: [404] })) as
        GiteaPullRequest | undefined;
      if (!pull) throw pullRequestNotFound(number, forgeRepository(url));
      return statusOf(pull, branchOf(pull));
    },
    close: async (number, comment) => {
      const doing = `Closing pull request ${number}`;
      if (!(await hasComment(ask, doing, number, comment)))
        await ask(doing, `/issues/${number}/comments`, { method: 'POST', body: { body: comment } });
      await ask(doing, `/pulls/${number}`, { method: 'PATCH', body: { state: 'closed' } });
    },
  };
};
