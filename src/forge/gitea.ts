import { fitted, longestTitle } from './fitted.ts';
import { baseBranchNotFound, noWriteAccess, pullRequestNotFound } from './forge-refusal.ts';
import { forgeRepository } from './forge-repository.ts';
import type { Forge, ForgeAccess } from './forge.ts';
import { branchOf, isOwn, pullPagesOf, seen, stateOf, type GiteaPullRequest } from './gitea-pull-request.ts';
import { giteaWishes } from './gitea-wishes.ts';
import { createRest, type Rest } from './rest.ts';

const isOf = (pull: GiteaPullRequest, branch: string, base: string): boolean =>
  branchOf(pull) === branch && pull.base.ref === base && isOwn(pull);

const json = { method: 'POST' } as const;

/** Newest first; Gitea would ignore a filter by head and base here. */
const searchAllPages = async (rest: Rest, doing: string, branch: string, base: string) => {
  for await (const pulls of pullPagesOf(rest, doing, 'state=all')) {
    const [newest] = pulls.filter((pull) => isOf(pull, branch, base)).sort((one, other) => other.number - one.number);
    if (newest) return newest;
  }
  return undefined;
};

/** All that are open, of the repository itself. */
const openOnes = async (rest: Rest, doing: string): Promise<readonly GiteaPullRequest[]> => {
  const open: GiteaPullRequest[] = [];
  for await (const pulls of pullPagesOf(rest, doing, 'state=open')) open.push(...pulls.filter(isOwn));
  return open;
};

const createFind =
  (rest: Rest): Forge['find'] =>
  async (branch, base) => {
    const doing = `Looking for the pull request of ${branch}`;
    const path = `/pulls/${encodeURIComponent(base)}/${encodeURIComponent(branch)}`;
    const first = (await rest(doing, path, { expected: [404] })).body as GiteaPullRequest | undefined;
    if (!first) {
      await rest(doing, ''); // tells a repository that is missing from a pull request that is
      return undefined;
    }
    // Only one can be open at a time; of those that are not, this request gives the oldest.
    if (stateOf(first) === 'open' && isOf(first, branch, base)) return seen(first);
    return seen((await searchAllPages(rest, doing, branch, base)) ?? first);
  };

const createOpen =
  (rest: Rest, find: Forge['find']): Forge['open'] =>
  async ({ branch, base, title, body }) => {
    const request = {
      ...json,
      body: { head: branch, base, title: fitted(title, longestTitle), body },
      expected: [409, 422],
    };
    const answer = await rest(`Opening the pull request of ${branch}`, '/pulls', request);
    if (!answer.refusal) return { pullRequest: seen(answer.body as GiteaPullRequest), opened: true };
    const there = await find(branch, base);
    if (!there) throw answer.refusal;
    return { pullRequest: there, opened: false };
  };

const createChanges =
  (rest: Rest): Forge['changes'] =>
  async (mark = {}) => {
    const changed: GiteaPullRequest[] = [];
    const doing = 'Listing the pull requests';
    for await (const pulls of pullPagesOf(rest, doing, 'state=all&sort=recentupdate')) {
      changed.push(...pulls);
      const last = pulls.at(-1);
      if (!last || !mark.updated || Date.parse(last.updated_at) < Date.parse(mark.updated)) break;
    }
    return {
      pullRequests: changed.filter(isOwn).map(seen),
      mark: { updated: changed[0]?.updated_at ?? mark.updated },
    };
  };

const hasComment = async (rest: Rest, doing: string, number: number, comment: string): Promise<boolean> => {
  const { body } = await rest(doing, `/issues/${number}/comments`);
  return (body as readonly { readonly body: string }[]).some(({ body: text }) => text === comment);
};

const validate =
  (rest: Rest, repository: ReturnType<typeof forgeRepository>): Forge['validate'] =>
  async (base) => {
    const { body } = await rest('Reading the repository', '');
    const { permissions } = body as { readonly permissions?: { readonly push: boolean } };
    if (permissions?.push === false) throw noWriteAccess(repository);
    const { refusal } = await rest('Reading the base branch', `/branches/${encodeURIComponent(base)}`, {
      expected: [404],
    });
    if (refusal) throw baseBranchNotFound(base, repository);
  };

const read =
  (rest: Rest, repository: ReturnType<typeof forgeRepository>): Forge['read'] =>
  async (number) => {
    const { body, refusal } = await rest(`Reading pull request ${number}`, `/pulls/${number}`, { expected: [404] });
    if (refusal) throw pullRequestNotFound(number, repository);
    return seen(body as GiteaPullRequest);
  };

/** The pull requests of a repository on Gitea or Forgejo. */
export const gitea = (url: string, access: ForgeAccess): Forge => {
  const repository = forgeRepository(url);
  const { root, owner, name } = repository;
  const headers = { authorization: `token ${access.token}` };
  const rest = createRest(repository, `${root}/api/v1/repos/${owner}/${name}`, access, headers);
  const organisation = createRest(repository, `${root}/api/v1/orgs/${owner}`, access, headers);
  const find = createFind(rest);
  return {
    validate: validate(rest, repository),
    find,
    openOf: async (branch) => {
      const open = await openOnes(rest, `Looking for the open pull requests of ${branch}`);
      return open.filter((pull) => branchOf(pull) === branch).map(seen);
    },
    conflicting: async (numbers) => {
      const open = await openOnes(rest, 'Looking for pull requests with conflicts');
      return open
        .filter(({ mergeable, draft }) => mergeable === false && draft !== true)
        .map(({ number }) => number)
        .filter((number) => numbers.includes(number));
    },
    open: createOpen(rest, find),
    read: read(rest, repository),
    changes: createChanges(rest),
    edit: async (number, { title, body }) => {
      await rest(`Editing pull request ${number}`, `/pulls/${number}`, {
        method: 'PATCH',
        body: { title: fitted(title, longestTitle), body },
      });
    },
    close: async (number, comment) => {
      const doing = `Closing pull request ${number}`;
      if (!(await hasComment(rest, doing, number, comment)))
        await rest(doing, `/issues/${number}/comments`, { ...json, body: { body: comment } });
      await rest(doing, `/pulls/${number}`, { method: 'PATCH', body: { state: 'closed' } });
    },
    setCheck: async (head, check) => {
      await rest(`Writing the status ${check.context}`, `/statuses/${head}`, { ...json, body: check });
    },
    ...giteaWishes(rest, organisation),
  };
};
