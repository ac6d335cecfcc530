import type { BareRepository } from '../../../src/sandbox/git/bare-repository.ts';
import { startFakeForge, type Answer, type Asked, type FakeForge, type Route } from './fake-forge.ts';
import { pulls as createPulls, type Pull, type Pulls } from './pull-requests.ts';

export interface FakeBitbucketServer extends FakeForge {
  /** The repository's address for cloning, below a path of the host. */
  readonly url: string;
  readonly pulls: Pulls;
  readonly settings: { autoMerge: boolean; archived: boolean };
}

const root = '/bitbucket';
const key = 'CONF';
const slug = 'config';
const users = ['ann', 'bob'];
const javaPackage = 'com.atlassian.bitbucket';

const refused = (status: number, message: string, exception: string): Answer => ({
  status,
  body: { errors: [{ context: null, message, exceptionName: `${javaPackage}.${exception}` }] },
});

const repositoryOf = (isFork: boolean, archived = false) => ({
  id: isFork ? 8 : 7,
  slug,
  name: 'Config',
  scmId: 'git',
  state: 'AVAILABLE',
  statusMessage: 'Available',
  forkable: true,
  public: false,
  archived,
  project: isFork ? { key: '~ann', name: 'Ann', type: 'PERSONAL' } : { key, name: 'Config', type: 'NORMAL' },
});

const userOf = (name: string) => ({ name, slug: name, displayName: name, active: true, type: 'NORMAL', id: 1 });

const refOf = (branch: string, latestCommit: string, isFork: boolean) => ({
  id: `refs/heads/${branch}`,
  displayId: branch,
  latestCommit,
  type: 'BRANCH',
  repository: repositoryOf(isFork),
});

const states = { open: 'OPEN', merged: 'MERGED', closed: 'DECLINED' } as const;

const pullRequest = (pull: Pull, base: string) => ({
  id: pull.number,
  version: pull.version,
  title: pull.title,
  description: pull.body,
  state: states[pull.state],
  open: pull.state === 'open',
  closed: pull.state !== 'open',
  draft: false,
  createdDate: Date.UTC(2026, 0, 1),
  updatedDate: pull.updated,
  fromRef: refOf(pull.branch, pull.head, pull.isFork),
  toRef: refOf(pull.base, base, false),
  locked: false,
  author: { user: userOf('leafwatch'), role: 'AUTHOR', approved: false, status: 'UNAPPROVED' },
  reviewers: pull.reviewers.map((name) => ({
    user: userOf(name),
    role: 'REVIEWER',
    approved: false,
    status: 'UNAPPROVED',
  })),
  participants: [],
  links: { self: [{ href: `https://bitbucket.example/pull-requests/${pull.number}` }] },
});

const page = (items: readonly unknown[], query: URLSearchParams): Answer => {
  const [start, limit] = [Number(query.get('start') ?? 0), Math.min(Number(query.get('limit') ?? 25), 100)];
  const values = items.slice(start, start + limit);
  const isLastPage = start + limit >= items.length;
  const nextPageStart = isLastPage ? null : start + limit;
  return { status: 200, body: { size: values.length, limit, isLastPage, values, start, nextPageStart } };
};

interface Sent {
  readonly title?: string;
  readonly description?: string;
  readonly version?: number;
  readonly comment?: string;
  readonly strategyId?: string;
  readonly autoMerge?: boolean;
  readonly fromRef?: { readonly id: string };
  readonly toRef?: { readonly id: string };
  readonly reviewers?: readonly { readonly user: { readonly name: string } }[];
}

const branchIn = (ref?: { readonly id: string }): string => (ref?.id ?? '').replace('refs/heads/', '');
const methods = { 'no-ff': 'merge', squash: 'squash', 'rebase-ff-only': 'rebase' } as const;

/** A Bitbucket Server in small, on loopback below `/bitbucket`, with one repository: what is asked of its REST API here. */
export const startFakeBitbucketServer = async (repository: BareRepository): Promise<FakeBitbucketServer> => {
  const pulls = createPulls(repository, { closesWithBranch: false, success: 'SUCCESSFUL' });
  const settings = { autoMerge: true, archived: false };
  const describe = async (pull: Pull) => pullRequest(pull, (await repository.branches())[pull.base] ?? '');
  const api = `${root}/rest/api/1.0`;
  const notPermitted = refused(401, 'You are not permitted to access this resource', 'AuthorisationException');
  const outOfDate = refused(
    409,
    'You are attempting to modify a pull request based on out-of-date information.',
    'pull.PullRequestOutOfDateException',
  );
  const writing = (answer: Route['answer']) => (asked: Asked) =>
    asked.token === 'reader' ? notPermitted : answer(asked);
  const below = (method: string, rest: string, pattern: string, answer: Route['answer']): Route => ({
    operation: `${method} /projects/{projectKey}/repos/{repositorySlug}${rest}`,
    path: new RegExp(`^${api}/projects/${key}/repos/${slug}${pattern}$`),
    answer: method === 'GET' ? answer : writing(answer),
  });
  const ofPull = (answer: (pull: Pull, sent: Sent) => Answer | Promise<Answer>) => async (asked: Asked) => {
    const pull = await pulls.find(Number(asked.parts[0]));
    if (!pull) return refused(404, `Pull request ${asked.parts[0]} does not exist`, 'pull.NoSuchPullRequestException');
    return answer(pull, asked.body);
  };
  const atItsVersion = (answer: (pull: Pull, sent: Sent) => Answer | Promise<Answer>) =>
    ofPull((pull, sent) => (sent.version === pull.version ? answer(pull, sent) : outOfDate));

  const open = async ({ body }: Asked): Promise<Answer> => {
    const { fromRef, toRef, title = '', description = '' } = body as Sent;
    const [branch, base] = [branchIn(fromRef), branchIn(toRef)];
    if (title.length > 255) return refused(400, 'title: too long', 'validation.ArgumentValidationException');
    if ((await repository.branches())[base] === undefined)
      return refused(404, `Repository "${key}/${slug}" has no branch "${base}"`, 'repository.NoSuchBranchException');
    const pull = await pulls.open({ branch, base, title, body: description });
    if (pull) return { status: 201, body: await describe(pull) };
    return refused(
      409,
      'Only one pull request may be open for a given source and target branch',
      'pull.DuplicatePullRequestException',
    );
  };

  const edit = async (pull: Pull, { title, description = '', reviewers = [] }: Sent): Promise<Answer> => {
    const names = reviewers.map(({ user }) => user.name);
    const unknown = names.find((name) => !users.includes(name));
    if (unknown !== undefined)
      return refused(409, `${unknown} is not a user.`, 'pull.InvalidPullRequestReviewersException');
    pulls.change(pull, { title: title ?? pull.title, body: description, reviewers: names });
    return { status: 200, body: await describe(pull) };
  };

  const decline = async (pull: Pull, { comment }: Sent): Promise<Answer> => {
    if (pull.state !== 'open')
      return refused(409, 'This pull request has already been closed.', 'pull.IllegalPullRequestStateException');
    if (comment !== undefined) pull.comments.push(comment);
    return { status: 200, body: await describe(pulls.change(pull, { state: 'closed' })) };
  };

  const merge = async (pull: Pull, { strategyId = 'no-ff', autoMerge }: Sent): Promise<Answer> => {
    const method = methods[strategyId as keyof typeof methods];
    if (pulls.isMergeable(pull)) await pulls.merge(pull, method);
    else if (autoMerge !== true)
      return refused(409, 'Merging the pull request has been vetoed.', 'pull.PullRequestMergeVetoedException');
    else if (!settings.autoMerge)
      return refused(403, 'Auto-merge is not enabled for this repository.', 'AuthorisationException');
    else pulls.change(pull, { autoMerge: method });
    return { status: 200, body: await describe(pull) };
  };

  const mergeability = ({ state, conflicts }: Pull): Answer =>
    state === 'open'
      ? { status: 200, body: { conflicted: conflicts, outcome: conflicts ? 'CONFLICTED' : 'CLEAN', vetoes: [] } }
      : refused(409, 'This pull request has already been closed.', 'pull.IllegalPullRequestStateException');

  const list = async ({ query }: Asked): Promise<Answer> => {
    const isOutgoing = query.get('direction') === 'OUTGOING';
    const asked = (pull: Pull) => {
      const at = `refs/heads/${isOutgoing ? pull.branch : pull.base}`;
      return (
        ['ALL', states[pull.state]].includes(query.get('state') ?? 'OPEN') &&
        (query.get('at') ?? at) === at &&
        !(isOutgoing && pull.isFork)
      );
    };
    const found = [...(await pulls.all())].filter(asked).reverse();
    return page(await Promise.all(found.map(describe)), query);
  };

  const branches = async ({ query }: Asked): Promise<Answer> => {
    const tips = Object.entries(await repository.branches());
    const found = tips.filter(([name]) => name.includes(query.get('filterText') ?? ''));
    const described = found.map(([name, latestCommit]) => ({
      id: `refs/heads/${name}`,
      displayId: name,
      type: 'BRANCH',
      latestCommit,
    }));
    return page(described, query);
  };

  const one = '/pull-requests/(\\d+)';
  const id = '/pull-requests/{pullRequestId}';
  const fake = await startFakeForge({
    description: 'bitbucket-data-center',
    tokens: ['token', 'reader', 'of the repository'],
    userless: ['of the repository'],
    api: `${api}/`,
    unauthorized: refused(
      401,
      'Authentication failed. Please check your credentials and try again.',
      'auth.IncorrectPasswordAuthenticationException',
    ),
    notFound: refused(404, `Repository does not exist.`, 'repository.NoSuchRepositoryException'),
    git: { dir: repository.dir, path: `${root}/scm/${key}/${slug}.git` },
    routes: [
      {
        operation: 'GET /repos',
        path: new RegExp(`^${api}/repos$`),
        answer: ({ query, token }) =>
          page(query.get('permission') === 'REPO_WRITE' && token === 'reader' ? [] : [repositoryOf(false)], query),
      },
      below('GET', '', '', () => ({ status: 200, body: repositoryOf(false, settings.archived) })),
      below('GET', '/branches', '/branches', branches),
      below('GET', '/pull-requests', '/pull-requests', list),
      below('POST', '/pull-requests', '/pull-requests', open),
      below(
        'GET',
        id,
        one,
        ofPull(async (pull) => ({ status: 200, body: await describe(pull) })),
      ),
      below('PUT', id, one, atItsVersion(edit)),
      below('POST', `${id}/decline`, `${one}/decline`, atItsVersion(decline)),
      below('POST', `${id}/merge`, `${one}/merge`, atItsVersion(merge)),
      below('GET', `${id}/merge`, `${one}/merge`, ofPull(mergeability)),
      below(
        'GET',
        `${id}/auto-merge`,
        `${one}/auto-merge`,
        ofPull(({ autoMerge, head, base }) =>
          autoMerge === undefined
            ? refused(404, 'No auto-merge was requested.', 'pull.NoSuchAutoMergeRequestException')
            : { status: 200, body: { createdDate: 1, fromHash: head, toRefId: `refs/heads/${base}` } },
        ),
      ),
      below('POST', '/commits/{commitId}/builds', '/commits/([0-9a-f]+)/builds', ({ parts: [head = ''], body }) => {
        pulls.statuses.set(`${head} ${String(body['key'])}`, String(body['state']));
        return { status: 204 };
      }),
    ],
  });
  return Object.assign(fake, { url: `${fake.origin}${root}/scm/${key}/${slug}.git`, pulls, settings });
};
