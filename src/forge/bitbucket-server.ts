import { validateBitbucket, type Bitbucket } from './bitbucket-server-access.ts';
import { bitbucketRepository } from './bitbucket-server-address.ts';
import {
  isOurs,
  isOwn,
  pageOf,
  pagesOf,
  refOf,
  seen,
  withoutBranchless,
  writeTo,
  type BitbucketPullRequest,
} from './bitbucket-server-pull-request.ts';
import { bitbucketWishes, unchanged } from './bitbucket-server-wishes.ts';
import { fitted, longestTitle } from './fitted.ts';
import { pullRequestNotFound } from './forge-refusal.ts';
import type { Forge, ForgeAccess } from './forge.ts';
import { createRest, type Rest } from './rest.ts';

const longestDescription = 32_768; // characters; a longer one is refused

const textOf = ({ title, body }: { readonly title: string; readonly body: string }) => ({
  title: fitted(title, longestTitle),
  description: fitted(body, longestDescription),
});

/** The pull requests of a branch of the repository itself, newest first. */
const pullsOf = async ({ rest }: Bitbucket, doing: string, branch: string, state: 'ALL' | 'OPEN') => {
  const path = `/pull-requests?direction=OUTGOING&state=${state}&at=${encodeURIComponent(refOf(branch))}`;
  const found: BitbucketPullRequest[] = [];
  for await (const page of pagesOf<BitbucketPullRequest>(rest, doing, path))
    found.push(...page.filter((pull) => isOwn(pull) && pull.fromRef.id === refOf(branch)));
  return found.sort((one, other) => other.id - one.id);
};

const createFind =
  (bitbucket: Bitbucket): Forge['find'] =>
  async (branch, base) => {
    const { repository, rest } = bitbucket;
    const doing = `Looking for the pull request of ${branch}`;
    const pulls = await pullsOf(bitbucket, doing, branch, 'ALL');
    const newest = pulls.find(({ toRef }) => toRef.id === refOf(base));
    if (!newest) return undefined;
    const [now] = await withoutBranchless(rest, doing, [seen(repository, newest)]);
    return now;
  };

const createOpen =
  ({ repository, rest }: Bitbucket, find: Forge['find']): Forge['open'] =>
  async ({ branch, base, title, body }) => {
    const there = { slug: repository.name, project: { key: repository.owner } };
    const answer = await rest(`Opening the pull request of ${branch}`, '/pull-requests', {
      method: 'POST',
      body: {
        ...textOf({ title, body }),
        fromRef: { id: refOf(branch), repository: there },
        toRef: { id: refOf(base), repository: there },
      },
      expected: [409],
    });
    if (!answer.refusal) return { pullRequest: seen(repository, answer.body as BitbucketPullRequest), opened: true };
    const found = await find(branch, base);
    if (!found) throw answer.refusal;
    return { pullRequest: found, opened: false };
  };

/** Those of `numbers` as they are now; one that was deleted is not among them. */
const readAll = async ({ rest }: Bitbucket, doing: string, numbers: readonly number[]) => {
  if (numbers.length === 0) return [];
  const open: BitbucketPullRequest[] = [];
  for await (const page of pagesOf<BitbucketPullRequest>(rest, doing, '/pull-requests?state=OPEN')) open.push(...page);
  const pulls: BitbucketPullRequest[] = [];
  for (const number of numbers) {
    const known = open.find(({ id }) => id === number);
    const { body } = known ? { body: known } : await rest(doing, `/pull-requests/${number}`, { expected: [404] });
    if (body !== undefined) pulls.push(body as BitbucketPullRequest);
  }
  return pulls;
};

/**
 * Bitbucket does not tell what was changed since a time: the newest page is read, and of the others those that were open when the
 * mark was made, whose numbers it holds. Those of other people, whose branches would have to be looked for too, are not told of.
 */
const createChanges =
  (bitbucket: Bitbucket): Forge['changes'] =>
  async (mark = {}) => {
    const { repository, rest } = bitbucket;
    const doing = 'Listing the pull requests';
    const newest = pagesOf<BitbucketPullRequest>(rest, doing, '/pull-requests?state=ALL&order=NEWEST');
    const { value: page = [] } = (await newest.next()) as { readonly value?: readonly BitbucketPullRequest[] };
    const before = (mark.updated ?? '').split(',').filter((number) => number !== '');
    const others = before.map(Number).filter((number) => page.every(({ id }) => id !== number));
    const pulls = [...page, ...(await readAll(bitbucket, doing, others))].filter(isOurs);
    const open = pulls.filter(({ state }) => state === 'OPEN').map(({ id }) => id);
    const pullRequests = await withoutBranchless(
      rest,
      doing,
      pulls.map((pull) => seen(repository, pull)),
    );
    return { pullRequests, mark: { updated: open.join(',') } };
  };

/** Asked for one by one: no list tells of it. */
const createConflicting =
  (rest: Rest): Forge['conflicting'] =>
  async (numbers) => {
    const found: number[] = [];
    for (const number of numbers) {
      const doing = `Looking whether pull request ${number} has conflicts`;
      // 409: it is not open any more.
      const { body } = await rest(doing, `/pull-requests/${number}/merge`, { expected: [404, 409] });
      const { outcome } = (body ?? {}) as { readonly outcome?: 'CLEAN' | 'CONFLICTED' | 'UNKNOWN' };
      if (outcome === 'CONFLICTED') found.push(number);
    }
    return found;
  };

const bitbucketState = { success: 'SUCCESSFUL', pending: 'INPROGRESS', failure: 'FAILED' } as const;

/** The pull requests of a repository on Bitbucket Server (Data Center), not on bitbucket.org. */
export const bitbucketServer = (url: string, access: ForgeAccess): Forge => {
  const repository = bitbucketRepository(url);
  const api = `${repository.root}/rest/api/1.0`;
  const headers = { authorization: `Bearer ${access.token}` };
  const rest = createRest(
    repository,
    `${api}/projects/${encodeURIComponent(repository.owner)}/repos/${encodeURIComponent(repository.name)}`,
    access,
    headers,
  );
  const bitbucket = { repository, rest, instance: createRest(repository, api, access, headers) };
  const find = createFind(bitbucket);
  return {
    validate: validateBitbucket(bitbucket),
    find,
    openOf: async (branch) => {
      const pulls = await pullsOf(bitbucket, `Looking for the open pull requests of ${branch}`, branch, 'OPEN');
      return pulls.map((pull) => seen(repository, pull));
    },
    open: createOpen(bitbucket, find),
    read: async (number) => {
      const doing = `Reading pull request ${number}`;
      const { body } = await rest(doing, `/pull-requests/${number}`, { expected: [404] });
      if (body === undefined) throw pullRequestNotFound(number, repository);
      const [now] = await withoutBranchless(rest, doing, [seen(repository, body as BitbucketPullRequest)]);
      return now ?? seen(repository, body as BitbucketPullRequest);
    },
    changes: createChanges(bitbucket),
    conflicting: createConflicting(rest),
    edit: async (number, { title, body }) => {
      await writeTo(rest, `Editing pull request ${number}`, number, (pull) => ({
        method: 'PUT',
        body: { ...unchanged(pull), ...textOf({ title, body }) },
      }));
    },
    // One request declines and says why: there is no comment without it.
    close: async (number, comment) => {
      await writeTo(rest, `Declining pull request ${number}`, number, ({ state, version }) =>
        state === 'OPEN'
          ? { method: 'POST', path: `/decline?version=${version}`, body: { comment, version } }
          : undefined,
      );
    },
    setCheck: async (head, { context, state, description }) => {
      await rest(`Writing the status ${context}`, `/commits/${head}/builds`, {
        method: 'POST',
        body: {
          key: context,
          name: context,
          state: bitbucketState[state],
          description: fitted(description, 255),
          url: `${pageOf(repository)}/commits/${head}`,
        },
      });
    },
    ...bitbucketWishes(rest),
  };
};
