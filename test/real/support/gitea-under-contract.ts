import assert from 'node:assert/strict';
import type { ForgeUnderContract, RepositoryUnderContract } from '../../contract/forge-contract.ts';
import { eventually } from '../../support/eventually.ts';
import { requestJson } from './request-json.ts';
import { startGitea, type Gitea, type GiteaRepository } from './start-gitea.ts';

const password = 'a-long-password';

/** A user beside the administrator, who may only read, with a token of all scopes. */
const createReader = async ({ url, api }: Gitea, name: string): Promise<string> => {
  const account = { username: name, password, email: `${name}@test.invalid`, must_change_password: false };
  assert.equal((await api('POST', '/admin/users', account)).status, 201);
  const { body } = await requestJson(`${url}/api/v1/users/${name}/tokens`, {
    method: 'POST',
    body: { name: 'contract', scopes: ['all'] },
    headers: { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` },
  });
  return (body as { readonly sha1: string }).sha1;
};

interface Named {
  readonly name: string;
}
interface Pull {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly Named[];
  readonly requested_reviewers: readonly { readonly login: string }[] | null;
}

const underContract = (
  gitea: Gitea,
  { owner, name, url }: GiteaRepository,
  { reader, forker }: { readonly reader: string; readonly forker: string },
): RepositoryUnderContract => {
  const at = async <T>(method: string, path: string, body?: unknown, token?: string): Promise<T> => {
    const answer = await gitea.api(method, `/repos/${path}`, body, token);
    assert.ok(answer.status < 300, `${method} ${path} answers ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  };
  const api = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    at<T>(method, `${owner}/${name}${path}`, body);
  const pull = (number: number) => api<Pull>('GET', `/pulls/${number}`);
  const branchPath = (branch: string) => `/branches/${encodeURIComponent(branch)}`;
  return {
    strategy: { type: 'gitea', url },
    token: gitea.token,
    readOnlyToken: reader,
    reviewer: 'ann',
    autoMerges: ['merge', 'squash', 'rebase'],
    commit: async (branch, path, content) => {
      const { status } = await gitea.api('GET', `/repos/${owner}/${name}${branchPath(branch)}`);
      if (status === 404) await api('POST', '/branches', { new_branch_name: branch, old_branch_name: 'main' });
      const body = { branch, message: 'a change', content: Buffer.from(content).toString('base64') };
      const { commit } = await api<{ commit: { sha: string } }>('POST', `/contents/${path}`, body);
      return commit.sha;
    },
    empty: async () => {
      const { status } = await gitea.api('POST', '/user/repos', { name: `${name}-empty`, default_branch: 'main' });
      assert.equal(status, 201);
      return url.replace(/\.git$/, '-empty.git');
    },
    fork: async (branch) => {
      await at('POST', `${owner}/${name}/forks`, {}, forker);
      const content = Buffer.from('a: 2\n').toString('base64');
      const change = { new_branch: branch, message: 'a change', content };
      await at('POST', `ann/${name}/contents/b.yaml`, change, forker);
      await at('POST', `${owner}/${name}/pulls`, { head: `ann:${branch}`, base: 'main', title: 'of a fork' }, forker);
    },
    // One branch into many bases: each is a pull request of its own.
    others: async () => {
      const content = Buffer.from('a: 3\n').toString('base64');
      await api('POST', '/contents/c.yaml', { new_branch: 'others', message: 'a change', content });
      for (let index = 0; index < 12; index += 1) {
        await api('POST', '/branches', { new_branch_name: `base-${index}`, old_branch_name: 'main' });
        await api('POST', '/pulls', { head: 'others', base: `base-${index}`, title: 'another' });
      }
    },
    deleteBranch: (branch) => api('DELETE', branchPath(branch)),
    // It says 405 until it has found out whether the branch can be merged.
    merge: (number, method) => eventually(() => api('POST', `/pulls/${number}/merge`, { Do: method })),
    close: (number) => api('PATCH', `/pulls/${number}`, { state: 'closed' }),
    comments: async (number) =>
      (await api<readonly { readonly body: string }[]>('GET', `/issues/${number}/comments`)).map(({ body }) => body),
    text: async (number) => {
      const { title, body } = await pull(number);
      return { title, body: body.trimEnd() };
    },
    labels: async (number) => (await pull(number)).labels.map((label) => label.name),
    reviewers: async (number) => ((await pull(number)).requested_reviewers ?? []).map(({ login }) => login),
    createLabels: async (labels) => {
      for (const label of labels) await api('POST', '/labels', { name: label, color: '#ededed' });
    },
    statusOf: async (head, context) => {
      const { statuses } = await api<{ statuses: { context: string; status: string }[] | null }>(
        'GET',
        `/commits/${head}/status`,
      );
      return statuses?.find((status) => status.context === context)?.status;
    },
    requireStatus: (context) =>
      api('POST', '/branch_protections', {
        rule_name: 'main',
        enable_push: true,
        enable_status_check: true,
        status_check_contexts: [context],
      }),
  };
};

/** The real Gitea under the contract of a forge. */
export const giteaUnderContract = async (): Promise<ForgeUnderContract> => {
  const gitea = await startGitea();
  const users = { forker: await createReader(gitea, 'ann'), reader: await createReader(gitea, 'bob') };
  let count = 0;
  return {
    repository: async () => {
      const repository = await gitea.createRepository(`contract-${++count}`, { 'a.yaml': 'a: 1\n' });
      return underContract(gitea, repository, users);
    },
    close: gitea.close,
  };
};
