import type { BareRepository } from '../git/bare-repository.ts';
import { created, invalid, notFound, ok, refused, type Answer } from './answer.ts';
import {
  describeComment,
  describeFullPullRequest,
  describePullRequest,
  type PullRequest,
} from './describe-pull-request.ts';
import { apiOf, describeFullRepository, nodeIdOf, type HostedRepository } from './describe-repository.ts';
import { isRefusal, type PullRequests } from './pull-requests.ts';
import { textOf, type Request } from './request.ts';
import { reviewRoutes } from './review-routes.ts';

export interface Route {
  /** As GitHub's API description calls it: `GET /repos/{owner}/{repo}`. */
  readonly operation: string;
  readonly method: string;
  /** What follows `/repos/<owner>/<name>`. */
  readonly path: RegExp;
  readonly answer: (request: Request) => Promise<Answer>;
}

/** One page of a list, with GitHub's Link header to the others. */
const page = (items: readonly object[], query: URLSearchParams, url: string): Answer => {
  const size = Math.min(Number(query.get('per_page') ?? 30) || 30, 100);
  const number = Math.max(Number(query.get('page') ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = (rel: string, to: number) => {
    const others = new URLSearchParams(query);
    others.set('page', String(to));
    return `<${url}?${others.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link('prev', number - 1), link('first', 1)] : []),
    ...(number < last ? [link('next', number + 1), link('last', last)] : []),
  ];
  const body = items.slice((number - 1) * size, number * size);
  return { status: 200, body, ...(links.length > 0 && { headers: { link: links.join(', ') } }) };
};

const byUpdate = (one: PullRequest, other: PullRequest): number =>
  one.updatedAt.localeCompare(other.updatedAt) || one.number - other.number;

/** What of GitHub's REST API the sandbox's forge answers, for its one repository. */
export const routes = (hosted: HostedRepository, repository: BareRepository, pulls: PullRequests): readonly Route[] => {
  const full = async (pull: PullRequest) => {
    const [counts, mergeable] = await Promise.all([pulls.count(pull), pulls.isMergeable(pull)]);
    return describeFullPullRequest(hosted, pull, counts, mergeable);
  };
  const withPull = (answer: (pull: PullRequest, request: Request) => Promise<Answer>) => async (request: Request) => {
    const pull = await pulls.find(Number(request.part));
    return pull === undefined ? notFound : answer(pull, request);
  };
  const route = (method: string, rest: string, path: RegExp, answer: Route['answer']): Route => ({
    operation: `${method} /repos/{owner}/{repo}${rest}`,
    method,
    path,
    answer,
  });

  const list = async ({ query }: Request) => {
    const [state, head, base] = [query.get('state') ?? 'open', query.get('head'), query.get('base')];
    const asked = (pull: PullRequest) =>
      (state === 'all' || pull.state === state) &&
      (base === null || pull.base === base) &&
      // GitHub passes over a head that does not name its owner.
      (head?.includes(':') !== true || head === `${hosted.owner}:${pull.head}`);
    const found = (await pulls.all()).filter(asked);
    const newest = query.get('sort') === 'updated' ? [...found].sort(byUpdate) : found;
    const ordered = query.get('direction') === 'asc' ? newest : [...newest].reverse();
    return page(
      ordered.map((pull) => describePullRequest(hosted, pull)),
      query,
      `${apiOf(hosted)}/pulls`,
    );
  };

  const open = async ({ body }: Request) => {
    const [head, base, title] = [textOf(body['head']), textOf(body['base']), textOf(body['title'])];
    const missing = Object.entries({ head, base, title }).find(([, value]) => value === undefined);
    if (head === undefined || base === undefined || title === undefined)
      return invalid({ resource: 'PullRequest', field: missing?.[0], code: 'missing_field' });
    const branch = head.replace(`${hosted.owner}:`, '');
    if (title.length > 256)
      return invalid({ resource: 'PullRequest', field: 'title', code: 'custom', message: 'title is too long' });
    if ((textOf(body['body']) ?? '').length > 65_536)
      return invalid({ resource: 'PullRequest', field: 'body', code: 'custom', message: 'body is too long' });
    const pull = await pulls.open({ head: branch, base, title, body: textOf(body['body']) ?? null });
    if (isRefusal(pull)) return refused(pull.status, pull.message, pull.errors);
    // GitHub begins to find out whether it can be merged when it answers.
    return created(describeFullPullRequest(hosted, pull, await pulls.count(pull), null));
  };

  const edit = withPull(async (pull, { body }) => {
    const state = body['state'] === 'open' || body['state'] === 'closed' ? body['state'] : undefined;
    if (pull.mergedAt !== null && state === 'open')
      return invalid({ resource: 'PullRequest', code: 'invalid', field: 'state' });
    const [title, text] = [textOf(body['title']), textOf(body['body'])];
    const changed = await pulls.edit(pull.number, {
      ...(state !== undefined && { state }),
      ...(title !== undefined && { title }),
      ...(text !== undefined && { body: text }),
    });
    return changed === undefined ? notFound : ok(await full(changed));
  });

  const merge = withPull(async ({ number }, { body }) => {
    const [method, sha, message] = [textOf(body['merge_method']), textOf(body['sha']), textOf(body['commit_title'])];
    const merged = await pulls.merge(number, {
      ...(method && { method }),
      ...(sha && { sha }),
      ...(message && { message }),
    });
    if (isRefusal(merged)) return refused(merged.status, merged.message);
    return ok({ sha: merged.sha, merged: true, message: 'Pull Request successfully merged' });
  });

  const deleteRef = async ({ part }: Request): Promise<Answer> => {
    const branch = part.replace(/^heads\//, '');
    if ((await repository.branches())[branch] === undefined) return refused(422, 'Reference does not exist');
    await repository.git(['update-ref', '-d', `refs/heads/${branch}`]);
    return { status: 204 };
  };

  const comments = withPull((pull, { query }) => {
    const all = pulls.comments(pull.number).map((comment) => describeComment(hosted, pull, comment));
    return Promise.resolve(page(all, query, `${apiOf(hosted)}/issues/${pull.number}/comments`));
  });

  const comment = withPull((pull, { body }) => {
    const text = textOf(body['body']);
    if (text === undefined)
      return Promise.resolve(invalid({ resource: 'IssueComment', field: 'body', code: 'missing_field' }));
    return Promise.resolve(created(describeComment(hosted, pull, pulls.comment(pull.number, text))));
  });

  const ref = async ({ part }: Request): Promise<Answer> => {
    const branches = await repository.branches();
    if (Object.keys(branches).length === 0) return refused(409, 'Git Repository is empty.');
    const sha = branches[part.replace(/^heads\//, '')];
    if (sha === undefined) return notFound;
    const object = { type: 'commit', sha, url: `${apiOf(hosted)}/git/commits/${sha}` };
    const name = `refs/${part}`;
    return ok({ ref: name, node_id: nodeIdOf(name), url: `${apiOf(hosted)}/git/${name}`, object });
  };

  const one = withPull(async (pull) => ok(await full(pull)));
  return [
    route('GET', '', /^$/, ({ writes }) => Promise.resolve(ok(describeFullRepository(hosted, writes)))),
    route('GET', '/git/ref/{ref}', /^\/git\/ref\/(.+)$/, ref),
    ...reviewRoutes(hosted, pulls).map(({ method, rest, path, answer }) => route(method, rest, path, answer)),
    route('GET', '/pulls', /^\/pulls$/, list),
    route('POST', '/pulls', /^\/pulls$/, open),
    route('GET', '/pulls/{pull_number}', /^\/pulls\/(\d+)$/, one),
    route('PATCH', '/pulls/{pull_number}', /^\/pulls\/(\d+)$/, edit),
    route('PUT', '/pulls/{pull_number}/merge', /^\/pulls\/(\d+)\/merge$/, merge),
    route('GET', '/issues/{issue_number}/comments', /^\/issues\/(\d+)\/comments$/, comments),
    route('POST', '/issues/{issue_number}/comments', /^\/issues\/(\d+)\/comments$/, comment),
    route('DELETE', '/git/refs/{ref}', /^\/git\/refs\/(.+)$/, deleteRef),
  ];
};
