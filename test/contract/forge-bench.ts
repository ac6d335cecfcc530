import assert from 'node:assert/strict';
import { createForge } from '../../src/forge/create-forge.ts';
import type { Forge } from '../../src/forge/forge.ts';
import { apiLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { FailureError } from '../../src/model/failure.ts';
import type { RepositoryUnderContract } from './forge-contract.ts';

export const branch = 'promotions/apps/podinfo/prod/6.1.1+build.7';
export const proposal = { branch, base: 'main', title: 'Promote apps/podinfo in prod', body: 'the | evidence\n' };

/** The forge as the product speaks to it. */
export const forgeOf = (
  { strategy, token }: RepositoryUnderContract,
  other: { readonly token?: string; readonly url?: string } = {},
): Forge =>
  createForge(
    { ...strategy, url: other.url ?? strategy.url },
    { token: other.token ?? token, now: Date.now, fetch: repositoryFetch({ now: Date.now, limits: apiLimits }) },
  );

/** A pull request of one commit, opened. */
export const opened = async (repository: RepositoryUnderContract, name = branch) => {
  const head = await repository.commit(name, 'apps/prod.yaml', `version: ${name}\n`);
  const { pullRequest } = await forgeOf(repository).open({ ...proposal, branch: name });
  return { pullRequest, head };
};

/** Remedy and reason of the failure that a promise ends in. */
export const refusalOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FailureError, String(error));
  return `${error.failure.remedy} ${error.failure.reason}`;
};
