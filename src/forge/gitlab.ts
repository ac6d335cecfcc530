import { fitted, longestTitle } from './fitted.ts';
import { pullRequestNotFound } from './forge-refusal.ts';
import type { ForgeRepository } from './forge-repository.ts';
import type { Check, Forge, ForgeAccess, Mark, SeenPullRequest } from './forge.ts';
import { validateGitlab } from './gitlab-access.ts';
import { gitlabProject } from './gitlab-address.ts';
import { isOwn, pagesOf, seen, type GitlabMergeRequest } from './gitlab-merge-request.ts';
import { gitlabWishes } from './gitlab-wishes.ts';
import { createRest, type Rest } from './rest.ts';

/** A line of a description or note that begins with `/` and a word is a command to GitLab: ours are text. */
const withoutCommands = (text: string): string => text.replace(/^([ \t]*)\/(?=[a-z])/gim, String.raw`$1\/`);

const longestDescription = 1_048_576; // characters; a longer one is refused

const textOf = ({ title, body }: { readonly title: string; readonly body: string }) => ({
  title: fitted(title, longestTitle),
  description: fitted(withoutCommands(body), longestDescription),
});

const mergesIn = (body: unknown): readonly GitlabMergeRequest[] =>
  ((body ?? []) as readonly GitlabMergeRequest[]).filter(isOwn);

const createFind =
  (rest: Rest): Forge['find'] =>
  async (branch, base) => {
    const query = new URLSearchParams({ source_branch: branch, target_branch: base, state: 'all', scope: 'all' });
    const doing = `Looking for the merge request of ${branch}`;
    const path = `/merge_requests?${query.toString()}&order_by=created_at&sort=desc`;
    for await (const { body } of pagesOf(rest, doing, path)) {
      const found = mergesIn(body).filter((one) => one.source_branch === branch && one.target_branch === base);
      const [newest] = [...found].sort((one, other) => other.iid - one.iid);
      if (newest) return seen(newest);
    }
    return undefined;
  };

const createOpenOf =
  (rest: Rest): Forge['openOf'] =>
  async (branch) => {
    const query = new URLSearchParams({ source_branch: branch, state: 'opened', scope: 'all' });
    const open: SeenPullRequest[] = [];
    const doing = `Looking for the open merge requests of ${branch}`;
    for await (const { body } of pagesOf(rest, doing, `/merge_requests?${query.toString()}`))
      open.push(
        ...mergesIn(body)
          .filter((one) => one.source_branch === branch)
          .map(seen),
      );
    return open;
  };

/** GitLab deletes the branch of a merge request when it merges it, if it is asked to beforehand. */
const createOpen =
  (rest: Rest, find: Forge['find']): Forge['open'] =>
  async ({ branch, base, title, body }) => {
    const answer = await rest(`Opening the merge request of ${branch}`, '/merge_requests', {
      method: 'POST',
      body: {
        source_branch: branch,
        target_branch: base,
        ...textOf({ title, body }),
        remove_source_branch: true,
      },
      expected: [409, 422],
    });
    if (!answer.refusal) return { pullRequest: seen(answer.body as GitlabMergeRequest), opened: true };
    const there = await find(branch, base);
    if (!there) throw answer.refusal;
    return { pullRequest: there, opened: false };
  };

/** What was changed since `updated`, newest first; undefined when it is what `etag` stands for. Without a time the newest page of all. */
const listChanged = async (rest: Rest, { updated, etag }: Mark) => {
  const since = updated === undefined ? '' : `&updated_after=${encodeURIComponent(updated)}`;
  const path = `/merge_requests?state=all&scope=all&order_by=updated_at&sort=desc${since}`;
  const merges: GitlabMergeRequest[] = [];
  let answered: string | null = null;
  const known = etag === undefined ? {} : { 'if-none-match': etag };
  for await (const { status, headers, body } of pagesOf(rest, 'Listing the merge requests', path, known)) {
    if (status === 304) return undefined;
    merges.push(...(body as readonly GitlabMergeRequest[]));
    answered ??= headers.get('etag');
    if (updated === undefined) break;
  }
  return { merges, etag: answered };
};

/** The etag of a list is good for one address: it is used as long as the list begins at the same time. */
const createChanges =
  (rest: Rest): Forge['changes'] =>
  async (mark = {}) => {
    const changed = await listChanged(rest, mark);
    if (!changed) return { pullRequests: [], mark };
    const { merges, etag } = changed;
    const updated = merges[0]?.updated_at ?? mark.updated;
    return {
      pullRequests: merges.filter(isOwn).map(seen),
      mark: updated === mark.updated && etag !== null ? { updated, etag } : { updated },
    };
  };

/** GitLab finds out anew what a list asks for, and knows it by the next. */
const createConflicting =
  (rest: Rest): Forge['conflicting'] =>
  async (numbers) => {
    const path = '/merge_requests?state=opened&scope=all&with_merge_status_recheck=true';
    const found: number[] = [];
    for await (const { body } of pagesOf(rest, 'Looking for merge requests with conflicts', path))
      found.push(...mergesIn(body).flatMap(({ iid, has_conflicts }) => (has_conflicts === true ? iid : [])));
    return found.filter((number) => numbers.includes(number));
  };

const createClose =
  (rest: Rest): Forge['close'] =>
  async (number, comment) => {
    const doing = `Closing merge request ${number}`;
    const path = `/merge_requests/${number}`;
    const text = withoutCommands(comment).trim();
    const hasNote = async () => {
      for await (const { body } of pagesOf(rest, doing, `${path}/notes?sort=desc`))
        if ((body as readonly { readonly body: string }[]).some((note) => note.body.trim() === text)) return true;
      return false;
    };
    if (!(await hasNote())) await rest(doing, `${path}/notes`, { method: 'POST', body: { body: text } });
    await rest(doing, path, { method: 'PUT', body: { state_event: 'close' } });
  };

const gitlabState = { success: 'success', pending: 'pending', failure: 'failed' } as const;

/** GitLab refuses to set the state that is set already. */
const createSetCheck =
  (rest: Rest): Forge['setCheck'] =>
  async (head, { context, state, description }: Check) => {
    const body = { state: gitlabState[state], name: context, description: fitted(description, 255) };
    const request = { method: 'POST', body, expected: [400] } as const;
    const { refusal } = await rest(`Writing the status ${context}`, `/statuses/${head}`, request);
    if (refusal && !/cannot transition status/i.test(refusal.message)) throw refusal;
  };

/** The same request, below an address that is found out when the first is made; not being able to is no answer for good. */
const later = (made: () => Promise<Rest>): Rest => {
  let rest: Promise<Rest> | undefined;
  return async (...request) => {
    rest ??= made().catch((error: unknown) => {
      rest = undefined;
      throw error;
    });
    return (await rest)(...request);
  };
};

/** The merge requests of a project on gitlab.com, or on a self-managed GitLab, also below a path. */
export const gitlab = (url: string, access: ForgeAccess): Forge => {
  const repository = () => gitlabProject(url, access.fetch);
  const below = (path: (repository: ForgeRepository) => string) =>
    later(async () => {
      const found = await repository();
      // Tokens of every kind, an application's too, are taken in this form.
      const headers = { authorization: `Bearer ${access.token}` };
      return createRest(found, `${found.root}/api/v4${path(found)}`, access, headers);
    });
  const rest = below(({ owner, name }) => `/projects/${encodeURIComponent(`${owner}/${name}`)}`);
  const instance = below(() => '');
  const find = createFind(rest);
  return {
    validate: validateGitlab(rest, instance, repository),
    find,
    openOf: createOpenOf(rest),
    open: createOpen(rest, find),
    read: async (number) => {
      const path = `/merge_requests/${number}`;
      const { body, refusal } = await rest(`Reading merge request ${number}`, path, { expected: [404] });
      if (refusal) throw pullRequestNotFound(number, await repository());
      return seen(body as GitlabMergeRequest);
    },
    changes: createChanges(rest),
    conflicting: createConflicting(rest),
    edit: async (number, { title, body }) => {
      await rest(`Editing merge request ${number}`, `/merge_requests/${number}`, {
        method: 'PUT',
        body: textOf({ title, body }),
      });
    },
    close: createClose(rest),
    setCheck: createSetCheck(rest),
    ...gitlabWishes(rest, instance),
  };
};
