import { Octokit } from '@octokit/rest';

/** What people do with a promotion before the next comes: merges all that is open in the repository `org/config` at `origin`, and deletes its branches. */
export const mergeOpen = async (origin: string): Promise<void> => {
  const { rest } = new Octokit({ auth: 'token', baseUrl: `${origin}/api/v3` });
  const config = { owner: 'org', repo: 'config' };
  const { data } = await rest.pulls.list({ ...config, state: 'open', per_page: 100 });
  for (const { number, head } of data) {
    await rest.pulls.merge({ ...config, pull_number: number });
    await rest.git.deleteRef({ ...config, ref: `heads/${head.ref}` });
  }
};
