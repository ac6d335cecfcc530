import assert from 'node:assert/strict';
import { createForge } from '../../src/forge/create-forge.ts';
import { failed } from '../support/failed.ts';

const branch = 'promotions/apps/podinfo/prod/6.1.5';
const pull = (number: number, { state = 'closed', merged = false, ref = branch, base = 'main' } = {}) => ({
  number,
  html_url: `https://git.test/sub/org/config/pulls/${number}`,
  state,
  merged,
  updated_at: '2026-01-01T00:00:00Z',
  head: { ref, label: branch, sha: 'abc', repo_id: 1 },
  base: { ref: base, repo_id: 1 },
});

/** Gitea as a list of answers by request; what is asked besides is a 404. The real one is asked in test/real. */
const gitea = (
  answers: Readonly<Record<string, readonly [status: number, body: unknown, headers?: Record<string, string>]>>,
) =>
  createForge(
    { type: 'forgejo', url: 'https://git.test/sub/org/config.git' },
    {
      token: 'token',
      now: () => 1_000,
      fetch: (url, init) => {
        const request = `${init?.method ?? 'GET'} ${url.replace('https://git.test/sub/api/v1/repos/org/config', '')}`;
        const [status, body, headers] = answers[request] ?? [404, { message: 'not found' }];
        return Promise.resolve(new Response(JSON.stringify(body), { status, ...(headers && { headers }) }));
      },
    },
  );

const byBranch = `GET /pulls/main/${encodeURIComponent(branch)}`;
const page = (number: number) => `GET /pulls?state=all&limit=50&page=${number}`;

describe('forge/gitea', () => {
  it('finds the newest of several that are closed, over all pages', async () => {
    const others = Array.from({ length: 50 }, (_, index) => pull(100 + index, { ref: 'other' }));
    const forge = gitea({
      [byBranch]: [200, pull(3)],
      [page(1)]: [200, others],
      [page(2)]: [200, [pull(9, { base: 'release' }), pull(8, { merged: true }), pull(3)]],
    });
    assert.deepEqual(await forge.find(branch, 'main'), {
      url: pull(8).html_url,
      number: 8,
      branch,
      base: 'main',
      head: 'abc',
      state: 'merged',
    });
  });

  it('names the branch of a pull request whose branch is gone', async () => {
    const forge = gitea({ 'GET /pulls/3': [200, pull(3, { merged: true, ref: 'refs/pull/3/head' })] });
    assert.deepEqual(await forge.read(3), {
      url: pull(3).html_url,
      number: 3,
      branch,
      base: 'main',
      head: 'abc',
      state: 'merged',
    });
  });

  it('takes no draft, which Gitea never calls mergeable, for one with conflicts', async () => {
    const open = 'GET /pulls?state=open&limit=50&page=';
    const pulls = [1, 2, 3].map((number) => ({ ...pull(number, { state: 'open' }), mergeable: number === 1 }));
    const forge = gitea({
      [`${open}1`]: [200, [pulls[0], { ...pulls[1], draft: true }, { ...pulls[2], draft: false }]],
      [`${open}2`]: [200, []],
    });
    assert.deepEqual(await forge.conflicting([1, 2, 3]), [3]);
    assert.deepEqual(await forge.conflicting([1, 2]), []);
  });

  it('tells a missing pull request from a missing repository', async () => {
    assert.equal(await gitea({ 'GET ': [200, {}] }).find(branch, 'main'), undefined);
    const { remedy, reason, message } = await failed(gitea({}).find(branch, 'main'));
    assert.deepEqual([remedy, reason], ['give-up', 'RepositoryNotFound']);
    assert.match(message, /org\/config: git\.test answers 404 \(not found\): .*check the strategy's url/);
    assert.equal((await failed(gitea({}).read(3))).reason, 'PullRequestNotFound');
  });

  it('finds what is there when the forge says that it is, and else says why it was refused', async () => {
    const proposal = { branch, base: 'main', title: 't', body: 'b' };
    const there = gitea({ 'POST /pulls': [409, { message: 'exists' }], [byBranch]: [200, pull(3, { state: 'open' })] });
    assert.equal((await there.open(proposal)).pullRequest.number, 3);
    const refused = await failed(
      gitea({ 'POST /pulls': [422, { message: 'no such head' }], 'GET ': [200, {}] }).open(proposal),
    );
    assert.deepEqual([refused.remedy, refused.reason], ['give-up', 'PullRequestRefused']);
    assert.match(refused.message, /no such head/);
  });

  it('says what to change about the token, and waits for the end of a limit', async () => {
    const reasonOf = async (status: number, headers?: Record<string, string>) => {
      const answer = [status, { message: 'no' }, headers ?? {}] as const;
      const { remedy, reason, retryAfter } = await failed(gitea({ [byBranch]: answer }).find(branch, 'main'));
      return [remedy, reason, retryAfter];
    };
    assert.deepEqual(await reasonOf(401), ['give-up', 'Unauthorized', undefined]);
    assert.deepEqual(await reasonOf(403), ['give-up', 'Forbidden', undefined]);
    assert.deepEqual(await reasonOf(403, { 'retry-after': '2' }), ['retry', 'RateLimited', 3_000]);
  });
});
