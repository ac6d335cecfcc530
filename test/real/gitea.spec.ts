import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.ts';
import { startGitea, type Gitea, type GiteaRepository } from './support/start-gitea.ts';

type PullRequest = {
  number: number;
  state: string;
  merged: boolean;
  mergeable: boolean;
  head: { ref: string; sha: string };
};

const branch = 'promotions/team/podinfo/prod/6.1.5';
const file = 'apps/prod/podinfo.yaml';

describe('the real Gitea', () => {
  let gitea: Gitea;
  let repository: GiteaRepository;
  let checkout: string;
  const api = (method: string, path: string, body?: unknown) =>
    gitea.api(method, `/repos/${repository.owner}/${repository.name}${path}`, body);
  const git = (...args: string[]) =>
    promisify(execFile)('git', ['-C', checkout, '-c', 'user.name=t', '-c', 'user.email=t@test.invalid', ...args]);
  const pushBranch = async (name: string, content: string) => {
    await git('checkout', '--quiet', '-b', name, 'origin/main');
    await writeFile(join(checkout, file), content);
    await git('commit', '--quiet', '--all', '--message', `change on ${name}`);
    await git('push', '--quiet', 'origin', name);
  };
  const open = (head: string, base = 'main') => api('POST', '/pulls', { head, base, title: `Promote by ${head}` });

  before(async () => {
    gitea = await startGitea();
    repository = await gitea.createRepository('config', { [file]: 'version: 6.1.4\n', 'README.md': 'config\n' });
    checkout = await mkdtemp(join(tmpdir(), 'leafwatch-checkout-'));
    const url = repository.url.replace('http://', `http://${gitea.user}:${gitea.password}@`);
    await git('clone', '--quiet', url, '.');
    await pushBranch(branch, 'version: 6.1.5\n');
    await pushBranch('promotions/team/podinfo/prod/6.1.6', 'version: 6.1.6\n');
  });
  after(async () => {
    await gitea.close();
    await rm(checkout, { recursive: true, force: true });
  });

  it('is Gitea 1.26 and holds the seeded files', async () => {
    assert.deepEqual((await gitea.api('GET', '/version')).body, { version: '1.26.0' });
    const { body } = await api('GET', `/contents/${file}`);
    assert.equal(Buffer.from((body as { content: string }).content, 'base64').toString(), 'version: 6.1.4\n');
  });

  it('finds no pull request by base and head before there is one', async () => {
    assert.equal((await api('GET', `/pulls/main/${encodeURIComponent(branch)}`)).status, 404);
  });

  it('opens one pull request for a head and base, and answers 409 to a second', async () => {
    assert.equal((await open(branch)).status, 201);
    assert.equal((await open(branch)).status, 409);
  });

  it('ignores the head filter of a list', async () => {
    assert.equal((await open('promotions/team/podinfo/prod/6.1.6')).status, 201);
    const { body } = await api('GET', `/pulls?state=all&head=${gitea.user}:${branch}`);
    assert.equal((body as PullRequest[]).length, 2);
  });

  it('finds a pull request by base and head, its slashes written as they are or escaped', async () => {
    for (const head of [branch, encodeURIComponent(branch)]) {
      const { status, body } = await api('GET', `/pulls/main/${head}`);
      assert.equal(status, 200, head);
      assert.equal((body as PullRequest).head.ref, branch);
    }
  });

  it('merges by POST {Do: "merge"}, and the base has the change', async () => {
    const { number } = (await api('GET', `/pulls/main/${encodeURIComponent(branch)}`)).body as PullRequest;
    await eventually(async () => {
      assert.equal(((await api('GET', `/pulls/${number}`)).body as PullRequest).mergeable, true);
    });
    assert.equal((await api('POST', `/pulls/${number}/merge`, { Do: 'merge' })).status, 200);
    const { body } = await api('GET', `/contents/${file}?ref=main`);
    assert.equal(Buffer.from((body as { content: string }).content, 'base64').toString(), 'version: 6.1.5\n');
  });

  it('finds a merged pull request by base and head', async () => {
    const { body } = await api('GET', `/pulls/main/${encodeURIComponent(branch)}`);
    assert.equal((body as PullRequest).merged, true);
  });

  it('refuses an unknown token', async () => {
    assert.equal((await gitea.api('GET', '/user', undefined, 'no-such-token')).status, 401);
  });
});
