import assert from 'node:assert/strict';
import type { BareRepository } from '../../../src/sandbox/git/bare-repository.ts';
import type { RepositoryUnderContract } from '../../contract/forge-contract.ts';
import type { Pull, Pulls } from './pull-requests.ts';

/** What a person can do to a repository of a fake forge, and see of it. */
export const repositoryOf = (
  repository: BareRepository,
  pulls: Pulls,
): Omit<RepositoryUnderContract, 'strategy' | 'autoMerges' | 'statusOf' | 'empty'> => {
  const pull = async (number: number): Promise<Pull> => {
    const found = await pulls.find(number);
    assert.ok(found);
    return found;
  };
  return {
    token: 'token',
    readOnlyToken: 'reader',
    reviewer: 'ann',
    commit: async (branch, path, content) => {
      if ((await repository.branches())[branch] === undefined) await repository.git(['branch', branch, 'main']);
      return repository.commit({ [path]: content }, 'a change', branch);
    },
    deleteBranch: async (branch) => {
      await repository.git(['branch', '-D', branch]);
    },
    merge: async (number, method) => pulls.merge(await pull(number), method),
    close: async (number) => {
      pulls.change(await pull(number), { state: 'closed' });
    },
    comments: async (number) => (await pull(number)).comments,
    text: async (number) => {
      const { title, body } = await pull(number);
      return { title, body: body.trimEnd() };
    },
    labels: async (number) => (await pull(number)).labels,
    reviewers: async (number) => (await pull(number)).reviewers,
    fork: async (branch) => {
      const head = (await repository.branches())['main'] ?? '';
      pulls.receive({ branch, base: 'main', head, isFork: true }, 1);
    },
    others: async () => {
      const head = (await repository.branches())['main'] ?? '';
      pulls.receive({ branch: 'main', base: 'main', head, isFork: true }, 60);
      pulls.receive({ branch: 'other', base: 'main', head, isFork: false, state: 'closed' }, 60);
    },
    createLabels: () => Promise.resolve(),
    requireStatus: (context) => {
      pulls.required.add(context);
      return Promise.resolve();
    },
  };
};
