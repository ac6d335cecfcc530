import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createForge } from '../../src/forge/create-forge.ts';
import type { Forge } from '../../src/forge/forge.ts';
import { apiLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import type { Promotion } from '../../src/model/action.ts';
import { FailureError } from '../../src/model/failure.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';
import { eventually } from '../support/eventually.ts';
import { describeForgeContract } from '../contract/forge-contract.ts';
import { giteaUnderContract } from './support/gitea-under-contract.ts';
import { startGitea, type Gitea, type GiteaRepository } from './support/start-gitea.ts';

const file = 'apps/prod/podinfo.yaml';

describeForgeContract('the real Gitea', giteaUnderContract);

describe('pull requests on the real Gitea', () => {
  let gitea: Gitea;
  let repository: GiteaRepository;
  let cacheDir: string;
  let secret: Record<string, string>;
  let promotion: Promotion;
  let forge: Forge;

  const api = (method: string, path: string, body?: unknown) =>
    gitea.api(method, `/repos/${repository.owner}/${repository.name}${path}`, body);
  const open = async (what = promotion) => {
    const sinks = createPullRequests({ readSecret: () => Promise.resolve(secret), clock: Date, cacheDir });
    const outcome = await sinks.open({ type: 'open-pull-request', promotion: what });
    assert.ok(outcome.type === 'pull-request-seen', outcome.type);
    return outcome;
  };
  const contentOf = async (ref: string) => {
    const { body } = await api('GET', `/contents/${file}?ref=${encodeURIComponent(ref)}`);
    return Buffer.from((body as { content: string }).content, 'base64').toString();
  };
  const merge = (number: number) =>
    eventually(async () => assert.equal((await api('POST', `/pulls/${number}/merge`, { Do: 'squash' })).status, 200));
  const reasonOf = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => assert.fail('it succeeded'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof FailureError, String(error));
    return `${error.failure.remedy} ${error.failure.reason}`;
  };

  before(async () => {
    gitea = await startGitea();
  });
  after(() => gitea.close());
  beforeEach(async () => {
    const name = `config-${Math.random().toString(36).slice(2)}`;
    repository = await gitea.createRepository(name, { [file]: markedManifest('6.1.4'), 'README.md': 'config\n' });
    cacheDir = await mkdtemp(join(tmpdir(), 'leafwatch-gitea-'));
    secret = { username: gitea.user, password: gitea.password, token: gitea.token };
    promotion = aPromotion(repository.url, 'gitea', '6.1.1+build.7');
    forge = createForge(promotion.strategy, {
      token: gitea.token,
      now: Date.now,
      fetch: repositoryFetch({ now: Date.now, limits: apiLimits }),
    });
  });
  afterEach(() => rm(cacheDir, { recursive: true, force: true }));

  it('opens one, adopts it, and sees it merged, also when its branch is gone', async () => {
    const { branch } = promotion.text;
    const { pullRequest, opened } = await open();
    assert.equal(opened, true);
    assert.deepEqual(pullRequest, {
      url: `${repository.url.replace('.git', '')}/pulls/1`,
      number: 1,
      branch,
      state: 'open',
      head: pullRequest.head,
    });
    assert.equal(await contentOf(branch), markedManifest('6.1.1+build.7'));
    assert.deepEqual((await open()).pullRequest, pullRequest);
    await merge(1);
    const merged = { ...pullRequest, base: 'main', state: 'merged' };
    assert.deepEqual(await forge.read(1), merged);
    assert.equal((await api('DELETE', `/branches/${encodeURIComponent(branch)}`)).status, 204);
    assert.deepEqual(await forge.read(1), merged);
    assert.deepEqual({ ...(await open()).pullRequest, base: 'main' }, merged);
    assert.equal(await contentOf('main'), markedManifest('6.1.1+build.7'));
  });

  it('closes the one that is replaced, with one comment', async () => {
    await open();
    const newer = { ...aPromotion(repository.url, 'gitea', '6.1.6'), supersedes: [promotion.text.branch] };
    await open(newer);
    await open(newer);
    assert.equal((await forge.read(1)).state, 'closed');
    assert.equal(((await api('GET', '/issues/1/comments')).body as object[]).length, 1);
  });

  it('finds by exact head and base, and the newest of several', async () => {
    await api('POST', '/branches', { new_branch_name: 'release/1.x', old_branch_name: 'main' });
    const { branch, title, body } = promotion.text;
    const proposal = { branch, base: 'main', title, body };
    await open();
    assert.equal(await forge.find(branch, 'release/1.x'), undefined);
    assert.equal(await forge.find(branch.slice(0, -1), 'main'), undefined);
    await forge.open({ ...proposal, base: 'release/1.x' });
    assert.equal((await forge.find(branch, 'release/1.x'))?.number, 2);
    assert.deepEqual(await forge.open(proposal), { pullRequest: await forge.read(1), opened: false });
    await forge.close(1, 'no');
    assert.equal((await forge.open(proposal)).pullRequest.number, 3);
    await forge.close(3, 'no');
    assert.deepEqual(await forge.find(branch, 'main'), await forge.read(3));
  });

  it('pushes nothing to a protected branch, in its own words, and says what else is wrong', async () => {
    await api('POST', '/branch_protections', { rule_name: 'promotions/**', enable_push: false });
    assert.equal(await reasonOf(open()), 'give-up PushRejected');
    assert.equal(
      await reasonOf(open({ ...promotion, strategy: { ...promotion.strategy, baseBranch: 'trunk' } })),
      'wait BaseBranchNotFound',
    );
    const elsewhere = repository.url.replace('config', 'nowhere');
    assert.equal(
      await reasonOf(open({ ...promotion, strategy: { ...promotion.strategy, url: elsewhere } })),
      'give-up RepositoryNotFound',
    );
    secret = { ...secret, token: 'wrong' };
    assert.equal(await reasonOf(open()), 'give-up Unauthorized');
    secret = { ...secret, token: gitea.token, password: 'wrong' };
    assert.equal(await reasonOf(open()), 'give-up Unauthorized');
  });
});
