import { baseBranchNotFound, noWriteAccess, pullRequestNotFound, wishRefused } from './forge-refusal.ts';
import { forgeRepository } from './forge-repository.ts';
import type { Forge, ForgeAccess, SeenPullRequest } from './forge.ts';
import { createRest, type Rest } from './rest.ts';
import { reviewersOf } from './reviewers.ts';

interface GiteaPullRequest {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly merged: boolean;
  readonly updated_at: string;
  readonly head: { readonly ref: string; readonly label: string; readonly sha: string; readonly repo_id: number };
  readonly base: { readonly ref: string; readonly repo_id: number };
}

/** Once a branch is deleted, `ref` names the pull request's own ref and only the label is left. */
const isBranchGone = ({ head }: GiteaPullRequest): boolean => head.ref.startsWith('refs/');

const branchOf = (pull: GiteaPullRequest): string => (isBranchGone(pull) ? pull.head.label : pull.head.ref);

const stateOf = (pull: GiteaPullRequest): SeenPullRequest['state'] => {
  if (pull.merged) return 'merged';
  return pull.state === 'open' && !isBranchGone(pull) ? 'open' : 'closed';
};

const seen = (pull: GiteaPullRequest): SeenPullRequest => ({
  url: pull.html_url,
  number: pull.number,
  branch: branchOf(pull),
  base: pull.base.ref,
  head: pull.head.sha,
  state: stateOf(pull),
});

const isOwn = ({ head, base }: GiteaPullRequest): boolean => head.repo_id === base.repo_id;

const isOf = (pull: GiteaPullRequest, branch: string, base: string): boolean =>
  branchOf(pull) === branch && pull.base.ref === base && isOwn(pull);

const pageSize = 50; // what Gitea gives at most, unless told otherwise

const json = { method: 'POST' } as const;

/** One page of the pull requests; Gitea would ignore a filter by head and base here. */
const page = async (rest: Rest, doing: string, query: string, number: number): Promise<readonly GiteaPullRequest[]> => {
  const { body } = await rest(doing, `/pulls?${query}&limit=${pageSize}&page=${number}`);
  return body as readonly GiteaPullRequest[];
};

const searchAllPages = async (rest: Rest, doing: string, branch: string, base: string) => {
  for (let number = 1; ; number += 1) {
    // Newest first.
    const pulls = await page(rest, doing, 'state=all', number);
    const [newest] = pulls.filter((pull) => isOf(pull, branch, base)).sort((one, other) => other.number - one.number);
    if (newest || pulls.length === 0) return newest;
  }
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
    if (stateOf(first) === 'open') return seen(first);
    return seen((await searchAllPages(rest, doing, branch, base)) ?? first);
  };

const createOpenOf =
  (rest: Rest): Forge['openOf'] =>
  async (branch) => {
    const open: SeenPullRequest[] = [];
    for (let number = 1; ; number += 1) {
      const pulls = await page(rest, `Looking for the open pull requests of ${branch}`, 'state=open', number);
      if (pulls.length === 0) return open;
      open.push(...pulls.filter((pull) => isOwn(pull) && branchOf(pull) === branch).map(seen));
    }
  };

const createOpen =
  (rest: Rest, find: Forge['find']): Forge['open'] =>
  async ({ branch, base, title, body }) => {
    const request = { ...json, body: { head: branch, base, title, body }, expected: [409, 422] };
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
    for (let number = 1; ; number += 1) {
      const pulls = await page(rest, 'Listing the pull requests', 'state=all&sort=recentupdate', number);
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

type Label = { readonly id: number; readonly name: string };

const labelsBelow = async (rest: Rest, doing: string, path: string): Promise<readonly Label[]> => {
  const labels: Label[] = [];
  for (let number = 1; ; number += 1) {
    const { body = [] } = await rest(doing, `${path}?limit=${pageSize}&page=${number}`, { expected: [404] });
    const found = body as readonly Label[];
    labels.push(...found);
    if (found.length < pageSize) return labels;
  }
};

/** A user is no organisation and has no labels beside the repository's. */
const createAddLabels =
  (rest: Rest, organisation: Rest): NonNullable<Forge['addLabels']> =>
  async (number, labels) => {
    const doing = `Labelling pull request ${number}`;
    const known = [
      ...(await labelsBelow(rest, doing, '/labels')),
      ...(await labelsBelow(organisation, doing, '/labels')),
    ];
    const unknown = labels.filter((label) => !known.some(({ name }) => name === label));
    if (unknown.length > 0)
      throw wishRefused(`${doing}: the repository has no label ${unknown.join(', ')}: create it, or correct labels`);
    const ids = known.filter(({ name }) => labels.includes(name)).map(({ id }) => id);
    await rest(doing, `/issues/${number}/labels`, { ...json, body: { labels: ids } });
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
    openOf: createOpenOf(rest),
    open: createOpen(rest, find),
    read: read(rest, repository),
    changes: createChanges(rest),
    edit: async (number, { title, body }) => {
      await rest(`Editing pull request ${number}`, `/pulls/${number}`, { method: 'PATCH', body: { title, body } });
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
    addLabels: createAddLabels(rest, organisation),
    requestReviews: async (number, reviewers) => {
      const body = reviewersOf(reviewers);
      await rest(`Asking for a review of pull request ${number}`, `/pulls/${number}/requested_reviewers`, {
        ...json,
        body,
      });
    },
    autoMerge: async ({ number, head }, method) => {
      const body = { Do: method, merge_when_checks_succeed: true, head_commit_id: head };
      // 409: it is scheduled already.
      await rest(`Scheduling the merge of pull request ${number}`, `/pulls/${number}/merge`, {
        ...json,
        body,
        expected: [409],
      });
    },
  };
};
