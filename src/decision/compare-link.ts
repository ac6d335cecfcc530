import type { PullRequestStrategy } from '../model/pipeline-spec.ts';

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[()'!*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/** A branch within a path. */
const inPath = (branch: string): string => branch.split('/').map(encode).join('/');

/** Bitbucket Server has its pages elsewhere than its repositories: `/scm/KEY/repo` is `/projects/KEY/repos/repo`. */
const bitbucketPage = (repository: string): string =>
  repository.replace(/\/scm\/(~?)([^/]+)\/([^/]+)$/, (_, user: string, key: string, name: string) =>
    user === '' ? `/projects/${key}/repos/${name}` : `/users/${key}/repos/${name}`,
  );

/** The page of a forge that compares a branch of the config repository with the base; undefined when the URL is not one of the web. */
export const compareLink = ({ type, url, baseBranch }: PullRequestStrategy, branch: string): string | undefined => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return undefined;
  const path = parsed.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  const repository = parsed.origin + path.replaceAll('(', '%28').replaceAll(')', '%29');
  const range = `${inPath(baseBranch)}...${inPath(branch)}`;
  switch (type) {
    case 'github':
    case 'gitea':
    case 'forgejo':
      return `${repository}/compare/${range}`;
    case 'gitlab':
      return `${repository}/-/compare/${range}`;
    case 'bitbucket-server':
      return `${bitbucketPage(repository)}/compare/diff?targetBranch=${encode(baseBranch)}&sourceBranch=${encode(branch)}`;
  }
};
