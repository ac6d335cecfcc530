import { createHash } from 'node:crypto';

/** Where the forge is, and the one repository that it has. */
export interface HostedRepository {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly collaborators: readonly string[];
}

/** A number that is the same for the same thing in every run. */
export const idOf = (text: string) => createHash('sha256').update(text).digest().readUInt32BE() >>> 1;
export const nodeIdOf = (text: string) => Buffer.from(text).toString('base64url');

/** Fields `<name>_url` under one address, as GitHub's objects have them by the dozen. */
const urls = (prefix: string, names: string): Record<string, string> =>
  Object.fromEntries(names.split(' ').map((name) => [`${name}_url`, `${prefix}/${name}`]));

export const apiOf = ({ origin, owner, name }: HostedRepository): string => `${origin}/api/v3/repos/${owner}/${name}`;
export const htmlOf = ({ origin, owner, name }: HostedRepository) => `${origin}/${owner}/${name}`;

export const describeUser = ({ origin }: HostedRepository, login: string) => ({
  login,
  id: idOf(login),
  node_id: nodeIdOf(login),
  avatar_url: `${origin}/${login}.png`,
  gravatar_id: '',
  url: `${origin}/api/v3/users/${login}`,
  html_url: `${origin}/${login}`,
  ...urls(
    `${origin}/api/v3/users/${login}`,
    'events followers following gists organizations received_events repos starred subscriptions',
  ),
  type: 'User',
  site_admin: false,
});

const repositoryUrls =
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees';

const flags = {
  has_issues: true,
  has_projects: false,
  has_wiki: false,
  has_pages: false,
  has_downloads: false,
  has_discussions: false,
};
const counts = {
  forks: 0,
  forks_count: 0,
  open_issues: 0,
  open_issues_count: 0,
  size: 0,
  stargazers_count: 0,
  watchers: 0,
  watchers_count: 0,
};

/** A repository as it lies in a pull request; `GET /repos` adds two counts. */
export const describeRepository = (hosted: HostedRepository): object => ({
  id: idOf(htmlOf(hosted)),
  node_id: nodeIdOf(htmlOf(hosted)),
  name: hosted.name,
  full_name: `${hosted.owner}/${hosted.name}`,
  owner: describeUser(hosted, hosted.owner),
  private: true,
  fork: false,
  archived: false,
  disabled: false,
  description: null,
  homepage: null,
  language: null,
  license: null,
  mirror_url: null,
  url: apiOf(hosted),
  html_url: htmlOf(hosted),
  ...urls(apiOf(hosted), repositoryUrls),
  clone_url: `${htmlOf(hosted)}.git`,
  git_url: `${htmlOf(hosted)}.git`,
  ssh_url: `${htmlOf(hosted)}.git`,
  svn_url: htmlOf(hosted),
  default_branch: hosted.defaultBranch,
  ...flags,
  ...counts,
  permissions: { admin: true, push: true, pull: true },
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  pushed_at: '2026-01-01T00:00:00Z',
});

export const describeFullRepository = (hosted: HostedRepository, writes: boolean): object => ({
  ...describeRepository(hosted),
  permissions: { admin: false, push: writes, pull: true },
  network_count: 0,
  subscribers_count: 0,
});
