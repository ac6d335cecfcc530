import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startForge, type Forge } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { describeForgeContract, type RepositoryUnderContract } from './forge-contract.ts';

const found = <T>(thing: T | undefined): T => {
  assert.ok(thing !== undefined);
  return thing;
};

const underContract = (repository: BareRepository, { url, pulls }: Forge): RepositoryUnderContract => {
  const pull = async (number: number) => found(await pulls.find(number));
  return {
    strategy: { type: 'github', url },
    token: 'token',
    readOnlyToken: 'reader',
    reviewer: 'ann',
    autoMerges: ['merge', 'squash', 'rebase'],
    commit: async (branch, path, content) => {
      const tips = await repository.branches();
      if (tips[branch] === undefined) await repository.git(['branch', branch, 'main']);
      return repository.commit({ [path]: content }, 'a change', branch);
    },
    empty: async () => {
      await repository.git(['update-ref', '-d', 'refs/heads/main']);
      return url;
    },
    fork: (branch) => pulls.receive(1, { head: branch, base: 'main', fork: true }),
    others: () => pulls.receive(110, { head: 'other', base: 'main', fork: true }),
    deleteBranch: async (branch) => {
      await repository.git(['branch', '-D', branch]);
    },
    merge: async (number, method) => {
      assert.ok('sha' in (await pulls.merge(number, { method })));
    },
    close: async (number) => {
      await pulls.edit(number, { state: 'closed' });
    },
    comments: (number) => Promise.resolve(pulls.comments(number).map(({ body }) => body)),
    text: async (number) => {
      const { title, body } = await pull(number);
      return { title, body: body?.trimEnd() ?? '' };
    },
    labels: async (number) => (await pull(number)).labels,
    reviewers: async (number) => (await pull(number)).reviewers,
    createLabels: () => Promise.resolve(),
    statusOf: (head, context) =>
      Promise.resolve(pulls.statuses.of(head).findLast((status) => status.context === context)?.state),
    requireStatus: (context) => {
      pulls.statuses.require(context);
      return Promise.resolve();
    },
  };
};

describeForgeContract("the sandbox's GitHub", async () => {
  const dir = await mkdtemp(join(tmpdir(), 'leafwatch-forge-'));
  const forges: Forge[] = [];
  return {
    repository: async () => {
      const repository = await bareRepository(join(dir, String(forges.length)), { files: { 'a.yaml': 'a: 1\n' } });
      const access = { token: 'token', readers: ['reader'], collaborators: ['ann'] };
      const forge = await startForge({ repository, owner: 'Org', name: 'config', ...access });
      forges.push(forge);
      return underContract(repository, forge);
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
