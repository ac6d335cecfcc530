import { fitted, longestTitle } from './fitted.ts';
import { baseBranchNotFound, noWriteAccess, pullRequestNotFound, scopeMissing } from './forge-refusal.ts';
import { forgeRepository } from './forge-repository.ts';
import type { Forge, ForgeAccess, Mark } from './forge.ts';
import { allPages, githubClient, pageSize, statusIn, type GithubClient } from './github-client.ts';
import { githubConflicts } from './github-conflicts.ts';
import { isOwn, seen, type GithubPullRequest } from './github-pull-request.ts';
import { githubWishes } from './github-wishes.ts';

const createFind =
  ({ octokit: { rest }, repo, asking }: GithubClient): Forge['find'] =>
  (branch, base) =>
    asking(`Looking for the pull request of ${branch}`, async () => {
      const query = { ...repo, head: `${repo.owner}:${branch}`, base, state: 'all', per_page: pageSize } as const;
      const pulls = await allPages<GithubPullRequest>((page) => rest.pulls.list({ ...query, page }));
      const found = pulls.filter((pull) => pull.head.ref === branch && pull.base.ref === base && isOwn(pull));
      const [newest] = found.sort((one, other) => other.number - one.number);
      return newest && seen(newest);
    });

const createOpenOf =
  ({ octokit: { rest }, repo, asking }: GithubClient): Forge['openOf'] =>
  (branch) =>
    asking(`Looking for the open pull requests of ${branch}`, async () => {
      const query = { ...repo, head: `${repo.owner}:${branch}`, state: 'open', per_page: pageSize } as const;
      const pulls = await allPages<GithubPullRequest>((page) => rest.pulls.list({ ...query, page }));
      return pulls.filter((pull) => pull.head.ref === branch && isOwn(pull)).map(seen);
    });

const longestBody = 65_536; // characters; a longer one is refused

const textOf = ({ title, body }: { readonly title: string; readonly body: string }) => ({
  title: fitted(title, longestTitle),
  body: fitted(body, longestBody),
});

const createOpen =
  ({ octokit: { rest }, repo, asking }: GithubClient, find: Forge['find']): Forge['open'] =>
  ({ branch, base, title, body }) =>
    asking(`Opening the pull request of ${branch}`, async () => {
      try {
        const { data } = await rest.pulls.create({ ...repo, head: branch, base, ...textOf({ title, body }) });
        return { pullRequest: seen(data), opened: true };
      } catch (error) {
        const there = statusIn(error) === 422 ? await find(branch, base) : undefined;
        if (there) return { pullRequest: there, opened: false };
        throw error;
      }
    });

/** The newest page of all pull requests; undefined when it is still that of the mark (GitHub does not count such a question). */
const newestPage = async ({ octokit: { rest }, repo }: GithubClient, { etag }: Mark) => {
  const query = { ...repo, state: 'all', sort: 'updated', direction: 'desc', per_page: pageSize } as const;
  try {
    const answer = await rest.pulls.list({
      ...query,
      ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    });
    const pulls: readonly GithubPullRequest[] = answer.data;
    return { pulls, etag: answer.headers.etag, next: (page: number) => rest.pulls.list({ ...query, page }) };
  } catch (error) {
    if (statusIn(error) === 304) return undefined;
    throw error;
  }
};

const createChanges =
  (client: GithubClient): Forge['changes'] =>
  (mark = {}) =>
    client.asking('Listing the pull requests', async () => {
      const first = await newestPage(client, mark);
      if (!first) return { pullRequests: [], mark };
      const changed = [...first.pulls];
      let last = changed.at(-1);
      for (let page = 2; last && mark.updated !== undefined && last.updated_at >= mark.updated; page += 1) {
        const more: readonly GithubPullRequest[] = (await first.next(page)).data;
        changed.push(...more);
        last = more.at(-1);
      }
      return {
        pullRequests: changed.filter(isOwn).map(seen),
        mark: { etag: first.etag, updated: changed[0]?.updated_at ?? mark.updated },
      };
    });

interface Repository {
  readonly data: { readonly permissions?: { readonly pull: boolean; readonly push: boolean } };
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Classic tokens tell their scopes with every answer; all others, and those without any, tell none. */
const lacksScope = (scopes: unknown): scopes is string =>
  typeof scopes === 'string' && scopes !== '' && !/(?:^|[ ,])(?:public_)?repo(?:,|$)/.test(scopes);

const createValidate =
  ({ octokit: { rest }, repo, repository, asking }: GithubClient): Forge['validate'] =>
  async (base) => {
    const { data, headers } = await asking('Reading the repository', async (): Promise<Repository> =>
      rest.repos.get(repo),
    );
    const { permissions } = data;
    // To the installation of an App all of them are said to be false.
    if (permissions?.pull && !permissions.push) throw noWriteAccess(repository);
    const scopes = headers['x-oauth-scopes'];
    if (lacksScope(scopes)) throw scopeMissing(repository, scopes, 'repo');
    await asking('Reading the base branch', async () => {
      try {
        await rest.git.getRef({ ...repo, ref: `heads/${base}` });
      } catch (error) {
        // 409: there is no branch at all.
        throw [404, 409].includes(statusIn(error) ?? 0) ? baseBranchNotFound(base, repository) : error;
      }
    });
  };

const createRead =
  ({ octokit: { rest }, repo, repository, asking }: GithubClient): Forge['read'] =>
  (number) =>
    asking(`Reading pull request ${number}`, async () => {
      try {
        return seen((await rest.pulls.get({ ...repo, pull_number: number })).data);
      } catch (error) {
        throw statusIn(error) === 404 ? pullRequestNotFound(number, repository) : error;
      }
    });

const createClose =
  ({ octokit: { rest }, repo, asking }: GithubClient): Forge['close'] =>
  (number, comment) =>
    asking(`Closing pull request ${number}`, async () => {
      const issue = { ...repo, issue_number: number };
      const comments = await allPages<{ readonly body?: string }>((page) =>
        rest.issues.listComments({ ...issue, per_page: pageSize, page }),
      );
      if (!comments.some(({ body }) => body === comment)) await rest.issues.createComment({ ...issue, body: comment });
      await rest.pulls.update({ ...repo, pull_number: number, state: 'closed' });
    });

/** GitHub takes so many characters of a status's description. */
const longestDescription = 140;

/** The pull requests of a repository on GitHub, or on a GitHub Enterprise Server (any other host than github.com). */
export const github = (url: string, access: ForgeAccess): Forge => {
  const client = githubClient(forgeRepository(url), access);
  const { octokit, repo, asking } = client;
  const { rest } = octokit;
  const find = createFind(client);
  return {
    validate: createValidate(client),
    find,
    openOf: createOpenOf(client),
    open: createOpen(client, find),
    read: createRead(client),
    changes: createChanges(client),
    conflicting: githubConflicts(client),
    edit: (number, { title, body }) =>
      asking(`Editing pull request ${number}`, async () => {
        await rest.pulls.update({ ...repo, pull_number: number, ...textOf({ title, body }) });
      }),
    close: createClose(client),
    setCheck: (head, { context, state, description }) =>
      asking(`Writing the status ${context}`, async () => {
        const short = fitted(description, longestDescription);
        await rest.repos.createCommitStatus({ ...repo, sha: head, context, state, description: short });
      }),
    ...githubWishes(client),
  };
};
