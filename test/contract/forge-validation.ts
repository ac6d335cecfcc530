import assert from 'node:assert/strict';
import { forgeOf, refusalOf } from './forge-bench.ts';
import type { RepositoryUnderContract } from './forge-contract.ts';

/** What is found out before anything is pushed. */
export const describeValidation = (bench: () => RepositoryUnderContract): void => {
  it('passes a token that may write, and a base that is there', async () => {
    await forgeOf(bench()).validate('main');
  });

  it('names what is wrong: base, token, rights, repository', async () => {
    const { strategy, readOnlyToken } = bench();
    assert.equal(await refusalOf(forgeOf(bench()).validate('trunk')), 'wait BaseBranchNotFound');
    assert.equal(await refusalOf(forgeOf(bench(), { token: 'wrong' }).validate('main')), 'give-up Unauthorized');
    assert.equal(await refusalOf(forgeOf(bench(), { token: readOnlyToken }).validate('main')), 'give-up Forbidden');
    const elsewhere = strategy.url.replace(/[^/]+$/, 'nowhere');
    const nowhere = forgeOf(bench(), { url: elsewhere });
    assert.equal(await refusalOf(nowhere.validate('main')), 'give-up RepositoryNotFound');
    assert.equal(await refusalOf(nowhere.find('any', 'main')), 'give-up RepositoryNotFound');
    assert.equal(await refusalOf(nowhere.changes()), 'give-up RepositoryNotFound');
  });

  it('waits for the first commit of an empty repository, which has no pull requests', async () => {
    const forge = forgeOf(bench(), { url: await bench().empty() });
    assert.equal(await refusalOf(forge.validate('main')), 'wait BaseBranchNotFound');
    assert.equal(await forge.find('any', 'main'), undefined);
    assert.deepEqual((await forge.changes()).pullRequests, []);
  });

  it('names an address that is none of a repository', async () => {
    const { strategy } = bench();
    for (const url of [new URL(strategy.url).origin, 'git@forge.example:org/config.git', 'nonsense'])
      assert.equal(
        await refusalOf(asking(() => forgeOf(bench(), { url }).find('any', 'main'))),
        'give-up InvalidRepositoryUrl',
      );
  });
};

/** What is thrown at once is refused all the same. */
const asking = async <T>(ask: () => Promise<T>): Promise<T> => ask();
