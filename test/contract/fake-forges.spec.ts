import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createForge } from '../../src/forge/create-forge.ts';
import { apiLimits, gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { createRepositories } from '../../src/git/repositories.ts';
import type { PullRequestStrategy } from '../../src/model/pipeline-spec.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { markedManifest } from '../support/a-promotion.ts';
import { startFakeBitbucketServer } from '../support/forges/fake-bitbucket-server.ts';
import type { FakeForge } from '../support/forges/fake-forge.ts';
import { startFakeGitlab } from '../support/forges/fake-gitlab.ts';
import type { Pulls } from '../support/forges/pull-requests.ts';
import { repositoryOf } from '../support/forges/repository-of.ts';
import { describeForgeContract, type RepositoryUnderContract } from './forge-contract.ts';

interface Fake {
  readonly name: string;
  readonly type: PullRequestStrategy['type'];
  readonly start: (repository: BareRepository) => Promise<FakeForge & { readonly url: string; readonly pulls: Pulls }>;
  readonly autoMerges: RepositoryUnderContract['autoMerges'];
  /** The states of a commit status in our words. */
  readonly states: Readonly<Record<string, string>>;
}

const fakes: readonly Fake[] = [
  {
    name: 'GitLab',
    type: 'gitlab',
    start: startFakeGitlab,
    autoMerges: ['merge', 'squash'], // as its project is set up
    states: { success: 'success', pending: 'pending', failed: 'failure' },
  },
  {
    name: 'Bitbucket Server',
    type: 'bitbucket-server',
    start: startFakeBitbucketServer,
    autoMerges: ['merge', 'squash', 'rebase'],
    states: { SUCCESSFUL: 'success', INPROGRESS: 'pending', FAILED: 'failure' },
  },
];

for (const { name, type, start, autoMerges, states } of fakes) {
  describeForgeContract(`a ${name} held to its published API description`, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'leafwatch-fake-'));
    const forges: FakeForge[] = [];
    return {
      repository: async () => {
        const repository = await bareRepository(join(dir, String(forges.length)), { files: { 'a.yaml': 'a: 1\n' } });
        const forge = await start(repository);
        forges.push(forge);
        return {
          ...repositoryOf(repository, forge.pulls),
          strategy: { type, url: forge.url },
          empty: async () => {
            await repository.git(['update-ref', '-d', 'refs/heads/main']);
            return forge.url;
          },
          autoMerges,
          statusOf: (head, context) => Promise.resolve(states[forge.pulls.statuses.get(`${head} ${context}`) ?? '']),
        };
      },
      close: async () => {
        await Promise.all(forges.map((forge) => forge.close()));
        await rm(dir, { recursive: true, force: true });
        assert.deepEqual(
          forges.flatMap(({ mistakes }) => mistakes),
          [],
        );
      },
    };
  });

  it(`has one address of a repository on ${name} for git and for the API`, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'leafwatch-fake-'));
    const files = { 'prod/podinfo.yaml': markedManifest('6.1.4') };
    const repository = await bareRepository(join(dir, 'repository'), { files });
    const fake = await start(repository);
    const clock = { now: () => 0 };
    const branch = 'promotions/apps/podinfo/prod/6.1.5';
    const proposed = await createRepositories({ cacheDir: join(dir, 'cache'), clock }).proposeChange({
      credentials: { username: 'robot', password: 'token' },
      fetch: repositoryFetch({ ...clock, limits: gitLimits }),
      url: fake.url,
      base: 'main',
      branch,
      path: undefined,
      marker: { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' },
      revision: '6.1.5',
      message: 'chore: promote',
    });
    assert.equal(proposed.type, 'pushed');
    const access = { token: 'token', ...clock, fetch: repositoryFetch({ ...clock, limits: apiLimits }) };
    const forge = createForge({ type, url: fake.url }, access);
    const { pullRequest } = await forge.open({ branch, base: 'main', title: 'Promote', body: 'evidence' });
    await forge.autoMerge?.(pullRequest, 'squash');
    assert.equal(await repository.read('main', 'prod/podinfo.yaml'), markedManifest('6.1.5'));
    await fake.close();
    await rm(dir, { recursive: true, force: true });
  });
}
