import type { BareRepository } from '../../../src/sandbox/git/bare-repository.ts';
import { startFakeForge, type Answer, type Asked, type FakeForge, type Route } from './fake-forge.ts';
import { pulls as createPulls, type Pull, type Pulls } from './pull-requests.ts';

export interface FakeGitlab extends FakeForge {
  /** The project's address, below a path of the host and in a subgroup. */
  readonly url: string;
  readonly pulls: Pulls;
  /** Fields of the project that are other than usual. */
  readonly project: Record<string, unknown>;
  /** What the token `token` may. */
  readonly access: { scopes: readonly string[]; granular: boolean };
}

const root = '/gitlab';
const path = 'group/sub/config';
const projectId = 7;
const users = ['leafwatch', 'ann', 'bob'];

const refused = (status: number, message: unknown): Answer => ({ status, body: { message } });
const forbidden = refused(403, '403 Forbidden');

const userOf = (origin: string, username: string) => ({
  id: users.indexOf(username) + 1,
  username,
  name: username,
  state: 'active',
  locked: false,
  avatar_url: null,
  web_url: `${origin}${root}/${username}`,
});

const states = { open: 'opened', merged: 'merged', closed: 'closed' } as const;

const mergeRequest = (origin: string, pull: Pull) => ({
  id: 1_000 + pull.number,
  iid: pull.number,
  project_id: projectId,
  title: pull.title,
  description: pull.body,
  state: states[pull.state],
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: new Date(pull.updated).toISOString(),
  merged_by: null,
  merge_user: null,
  merged_at: pull.state === 'merged' ? new Date(pull.updated).toISOString() : null,
  closed_by: null,
  closed_at: pull.state === 'closed' ? new Date(pull.updated).toISOString() : null,
  target_branch: pull.base,
  source_branch: pull.branch,
  user_notes_count: pull.comments.length,
  upvotes: 0,
  downvotes: 0,
  author: userOf(origin, 'leafwatch'),
  assignees: [],
  assignee: null,
  reviewers: pull.reviewers.map((name) => userOf(origin, name)),
  source_project_id: pull.isFork ? 8 : projectId,
  target_project_id: projectId,
  labels: pull.labels,
  draft: false,
  work_in_progress: false,
  milestone: null,
  merge_when_pipeline_succeeds: pull.autoMerge !== undefined,
  merge_status: pull.conflicts ? 'cannot_be_merged' : 'can_be_merged',
  detailed_merge_status: pull.conflicts ? 'conflict' : 'mergeable',
  sha: pull.head,
  merge_commit_sha: null,
  squash_commit_sha: null,
  discussion_locked: null,
  should_remove_source_branch: null,
  force_remove_source_branch: true,
  reference: `!${pull.number}`,
  references: { short: `!${pull.number}`, relative: `!${pull.number}`, full: `${path}!${pull.number}` },
  web_url: `${origin}${root}/${path}/-/merge_requests/${pull.number}`,
  squash: false,
  has_conflicts: pull.conflicts,
  blocking_discussions_resolved: true,
});

/** One page, and GitLab's word on the next. */
const page = (items: readonly unknown[], query: URLSearchParams): Answer => {
  const size = Math.min(Number(query.get('per_page') ?? 20), 100);
  const number = Number(query.get('page') ?? 1);
  const next = items.length > number * size ? String(number + 1) : '';
  return { status: 200, body: items.slice((number - 1) * size, number * size), headers: { 'x-next-page': next } };
};

const isAsked = (pull: Pull, query: URLSearchParams): boolean => {
  const is = (name: string, value: string) => [null, 'all', value].includes(query.get(name));
  return (
    is('source_branch', pull.branch) &&
    is('target_branch', pull.base) &&
    is('state', states[pull.state]) &&
    pull.updated >= Date.parse(query.get('updated_after') ?? '2000-01-01')
  );
};

/** A GitLab in small, on loopback below `/gitlab`, with one project in a subgroup: what is asked of GitLab's REST API here. */
export const startFakeGitlab = async (repository: BareRepository): Promise<FakeGitlab> => {
  const pulls = createPulls(repository, { closesWithBranch: true, success: 'success' });
  const project: Record<string, unknown> = {};
  const access = { scopes: ['api', 'write_repository'], granular: false };
  const describe = (pull: Pull) => mergeRequest(forge.origin, pull);
  const writing = (answer: Route['answer']) => (asked: Asked) => (asked.token === 'reader' ? forbidden : answer(asked));
  const route = (method: string, rest: string, pattern: string, answer: Route['answer']): Route => ({
    operation: `${method} ${rest}`,
    path: new RegExp(`^${root}/api/v4${pattern}$`),
    answer: method === 'GET' ? answer : writing(answer),
  });
  const below = (method: string, rest: string, pattern: string, answer: Route['answer']) =>
    route(method, `/projects/{id}${rest}`, `/projects/${encodeURIComponent(path)}${pattern}`, answer);
  const ofPull = (answer: (pull: Pull, asked: Asked) => Answer | Promise<Answer>) => async (asked: Asked) => {
    const pull = await pulls.find(Number(asked.parts[0]));
    return pull ? answer(pull, asked) : refused(404, '404 Not found');
  };

  const edit = (pull: Pull, { body }: Asked): Answer => {
    const { title = pull.title, description = pull.body, state_event, add_labels = [], reviewer_ids } = body;
    pulls.change(pull, { title: String(title), body: String(description) });
    if (state_event === 'close' && pull.state === 'open') pulls.change(pull, { state: 'closed' });
    for (const label of add_labels as string[]) if (!pull.labels.includes(label)) pull.labels.push(label);
    if (reviewer_ids) pull.reviewers = (reviewer_ids as number[]).map((id) => users[id - 1] ?? '').slice(0, 1);
    return { status: 200, body: describe(pull) };
  };

  const open = async ({ body }: Asked): Promise<Answer> => {
    const [branch, base] = [String(body['source_branch']), String(body['target_branch'])];
    const tips = await repository.branches();
    if (String(body['title']).length > 255) return refused(400, { title: ['is too long (maximum is 255 characters)'] });
    if (String(body['description']).length > 1_048_576)
      return refused(400, { description: ['is too long (maximum is 1048576 characters)'] });
    if (tips[base] === undefined)
      return refused(400, { validate_branches: [`Target branch "${base}" does not exist`] });
    const pull = await pulls.open({ branch, base, title: String(body['title']), body: String(body['description']) });
    if (pull) return { status: 201, body: describe(pull) };
    return refused(409, ['Another open merge request already exists for this source branch: !1']);
  };

  const merge = async (pull: Pull, { body }: Asked): Promise<Answer> => {
    if (body['sha'] !== pull.head) return refused(409, `SHA does not match HEAD of source branch: ${pull.head}`);
    const method = body['squash'] === true ? 'squash' : project['merge_method'] === 'ff' ? 'rebase' : 'merge';
    if (pulls.isMergeable(pull)) await pulls.merge(pull, method);
    else if (body['auto_merge'] === true) pulls.change(pull, { autoMerge: method });
    else return refused(405, '405 Method Not Allowed');
    return { status: 200, body: describe(pull) };
  };

  const setStatus = ({ body, parts: [sha = ''] }: Asked): Answer => {
    const [state, name] = [String(body['state']), String(body['name'])];
    if (pulls.statuses.get(`${sha} ${name}`) === state)
      return refused(400, `Cannot transition status via :enqueue from :${state} (Reason(s): Status cannot transition)`);
    pulls.statuses.set(`${sha} ${name}`, state);
    const author = userOf(forge.origin, 'leafwatch');
    const created_at = '2026-01-01T00:00:00.000Z';
    return { status: 201, body: { id: 1, sha, status: state, name, description: null, created_at, author } };
  };

  const noteOf = (pull: Pull) => (body: string, index: number) => ({
    id: index + 1,
    body,
    author: userOf(forge.origin, 'leafwatch'),
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    system: false,
    noteable_id: 1_000 + pull.number,
    noteable_type: 'MergeRequest',
    noteable_iid: pull.number,
  });

  const describeProject = ({ token }: Asked): Answer => ({
    status: 200,
    body: {
      id: projectId,
      name: 'config',
      path: 'config',
      path_with_namespace: path,
      default_branch: 'main',
      archived: false,
      merge_requests_enabled: true,
      can_create_merge_request_in: true,
      merge_method: 'merge',
      squash_option: 'default_off',
      permissions: { project_access: null, group_access: { access_level: token === 'reader' ? 20 : 40 } },
      ...project,
    },
  });

  const one = '/merge_requests/(\\d+)';
  const iid = '/merge_requests/{merge_request_iid}';
  const fake = await startFakeForge({
    description: 'gitlab',
    tokens: ['token', 'reader'],
    api: `${root}/api/v4/`,
    headers: { 'x-gitlab-meta': '{"correlation_id":"1","version":"1"}' },
    unauthorized: refused(401, '401 Unauthorized'),
    notFound: refused(404, '404 Project Not Found'),
    git: { dir: repository.dir, path: `${root}/${path}.git` },
    routes: [
      route('GET', '/users', '/users', ({ query }) => {
        const name = query.get('username') ?? '';
        return { status: 200, body: users.includes(name) ? [userOf(forge.origin, name)] : [] };
      }),
      route('GET', '/personal_access_tokens/self', '/personal_access_tokens/self', () => ({
        status: 200,
        body: { id: 3, name: 'leafwatch', revoked: false, ...access, user_id: 1, active: true, expires_at: null },
      })),
      below('GET', '', '', describeProject),
      below('GET', '/repository/branches/{branch}', '/repository/branches/([^/]+)', async ({ parts: [name = ''] }) => {
        const id = (await repository.branches())[name];
        return id === undefined
          ? refused(404, '404 Branch Not Found')
          : { status: 200, body: { name, commit: { id } } };
      }),
      below('GET', '/merge_requests', '/merge_requests', async ({ query }) => {
        const found = (await pulls.all()).filter((pull) => isAsked(pull, query));
        const time = ({ number, updated }: Pull) => (query.get('order_by') === 'updated_at' ? updated : number);
        return page(found.sort((one, other) => time(other) - time(one)).map(describe), query);
      }),
      below('POST', '/merge_requests', '/merge_requests', open),
      below(
        'GET',
        iid,
        one,
        ofPull((pull) => ({ status: 200, body: describe(pull) })),
      ),
      below('PUT', iid, one, ofPull(edit)),
      below('PUT', `${iid}/merge`, `${one}/merge`, ofPull(merge)),
      below(
        'GET',
        `${iid}/notes`,
        `${one}/notes`,
        ofPull((pull, { query }) => page(pull.comments.map(noteOf(pull)), query)),
      ),
      below(
        'POST',
        `${iid}/notes`,
        `${one}/notes`,
        ofPull((pull, { body }) => {
          const index = pull.comments.push(String(body['body'])) - 1;
          return { status: 201, body: noteOf(pull)(pull.comments[index] ?? '', index) };
        }),
      ),
      below('POST', '/statuses/{sha}', '/statuses/([^/]+)', setStatus),
    ],
  });
  const forge: FakeGitlab = Object.assign(fake, {
    url: `${fake.origin}${root}/${path}.git`,
    pulls,
    project,
    access,
  });
  return forge;
};
