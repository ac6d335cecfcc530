import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { createClones } from '../../src/git/clones.ts';
import { createRepositories, type Repositories, type RepositoryAccess } from '../../src/git/repositories.ts';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';

const branch = 'promotions/apps/podinfo/prod/6.1.5';
const manifest = 'version: 6.1.4 # {"$promotion": "apps:podinfo:prod"}\n';

describe('git/remove-branch', () => {
  let config: ConfigRepository;
  let cacheDir: string;
  let repositories: Repositories;
  let access: RepositoryAccess;
  const remove = (name = branch) => repositories.removeBranch({ ...access, branch: name, base: 'main' });

  beforeEach(async () => {
    config = await startConfigRepository({ files: { 'a.yaml': manifest }, user: 'robot', password: 'word' });
    cacheDir = await mkdtemp(join(tmpdir(), 'leafwatch-git-'));
    repositories = createRepositories({ cacheDir, clock: { now: () => 0 }, run: createClones() });
    access = {
      url: config.url,
      credentials: { username: 'robot', password: 'word' },
      fetch: repositoryFetch({ now: () => 0, limits: gitLimits }),
    };
    await repositories.proposeChange({
      ...access,
      base: 'main',
      branch,
      marker: { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' },
      revision: '6.1.5',
      message: 'promote',
    });
  });
  afterEach(async () => {
    await config.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  it('deletes a branch of ours, also by a clone that has never seen it, and finds it gone after that', async () => {
    repositories = createRepositories({
      cacheDir: join(cacheDir, 'other'),
      clock: { now: () => 0 },
      run: createClones(),
    });
    assert.equal(await remove(), 'removed');
    assert.deepEqual(Object.keys(await config.branches()), ['main']);
    assert.equal(await remove(), 'gone');
  });

  it("keeps a branch with a person's commit on it, and every base", async () => {
    await config.commit({ 'b.yaml': 'by hand\n' }, 'a fix', branch);
    assert.equal(await remove(), 'kept');
    assert.equal(await remove('main'), 'kept');
    assert.deepEqual(Object.keys(await config.branches()), ['main', branch]);
  });
});
